// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netdev of link kind "vr". What it transmits goes to vr_native_xmit() in
 * datapath.c.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "address.h"
#include "compat/compat.h"
#include "datapath.h"
#include "drop.h"
#include "instance.h"
#include "native.h"
#include "netlink.h"
#include "port.h"
#include "version.h"

#define VR_NATIVE_FEATURES (NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | \
			    NETIF_F_RXCSUM | NETIF_F_SCTP_CRC | \
			    NETIF_F_HIGHDMA | NETIF_F_GSO_SOFTWARE | \
			    NETIF_F_GSO_ENCAP_ALL | \
			    NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_CTAG_RX | \
			    NETIF_F_HW_VLAN_STAG_TX | NETIF_F_HW_VLAN_STAG_RX)

/* A port outside the instance's own namespace keeps the module in place. */
static void vr_native_hold_module(struct net_device *dev)
{
	struct vr_native *native = netdev_priv(dev);
	bool away = !net_eq(dev_net(dev), native->instance->net);

	if (away && !native->holds_module) {
		native->holds_module = try_module_get(THIS_MODULE);
	} else if (!away && native->holds_module) {
		native->holds_module = false;
		module_put(THIS_MODULE);
	}
}

static int vr_native_init_dev(struct net_device *dev)
{
	struct vr_native *native = netdev_priv(dev);
	struct vr_instance *instance = native->instance;

	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats)
		return -ENOMEM;
	netdev_lockdep_set_classes(dev);
	vr_native_hold_module(dev);

	vr_instance_hold(instance);
	vr_instance_memory_get(instance);
	mutex_lock(&instance->lock);
	list_add_tail(&native->in_instance, &instance->natives);
	instance->n_ports++;
	mutex_unlock(&instance->lock);
	return 0;
}

/* No packet comes from the device any more, and none goes to it. */
static void vr_native_uninit_dev(struct net_device *dev)
{
	struct vr_native *native = netdev_priv(dev);
	struct vr_instance *instance = native->instance;
	struct vr_port *port = vr_native_port(dev);

	if (port)
		vr_port_detach(port);
	mutex_lock(&instance->lock);
	list_del(&native->in_instance);
	instance->n_ports--;
	mutex_unlock(&instance->lock);
	if (native->holds_module) {
		native->holds_module = false;
		module_put(THIS_MODULE);
	}
	/* Now, while the instance's namespace is sure to be there still. */
	vr_instance_put(instance);
}

/* After the device's last user, if vr_native_init_dev() had succeeded. */
static void vr_native_free_dev(struct net_device *dev)
{
	struct vr_native *native = netdev_priv(dev);

	free_percpu(dev->tstats);
	vr_instance_memory_put(native->instance);
}

/* The router delivers by its own tables, so there is no filter to set. */
static void vr_native_set_rx_mode(struct net_device *dev)
{
}

static const struct net_device_ops vr_native_netdev_ops = {
	.ndo_init		= vr_native_init_dev,
	.ndo_uninit		= vr_native_uninit_dev,
	.ndo_start_xmit		= vr_native_xmit,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_rx_mode	= vr_native_set_rx_mode,
	.ndo_features_check	= passthru_features_check,
};

static void vr_native_get_drvinfo(struct net_device *dev,
				  struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "vr", sizeof(info->driver));
	strscpy(info->version, VR_VERSION, sizeof(info->version));
}

static const struct ethtool_ops vr_native_ethtool_ops = {
	.get_drvinfo		= vr_native_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_ts_info		= ethtool_op_get_ts_info,
};

bool vr_native_is(const struct net_device *dev)
{
	return dev->netdev_ops == &vr_native_netdev_ops;
}

struct vr_instance *vr_native_instance(const struct net_device *dev)
{
	const struct vr_native *native = netdev_priv(dev);

	return native->instance;
}

struct vr_port *vr_native_port(const struct net_device *dev)
{
	const struct vr_native *native = netdev_priv(dev);

	return rcu_dereference_check(native->port, lockdep_rtnl_is_held() ||
				     lockdep_is_held(&native->instance->lock));
}

void vr_native_set_port(struct net_device *dev, struct vr_port *port)
{
	struct vr_native *native = netdev_priv(dev);

	rcu_assign_pointer(native->port, port);
}

static int vr_native_set_mac(struct net_device *dev, u64 mac,
			     struct netlink_ext_ack *extack)
{
	struct sockaddr addr = { .sa_family = dev->type };

	if (mac == vr_mac_key(dev->dev_addr))
		return 0;
	vr_mac_from_key((u8 *)addr.sa_data, mac);
	return dev_set_mac_address(dev, &addr, extack);
}

int vr_native_configure(struct net_device *dev, u32 mtu, const u64 *mac,
			struct vr_native_settings *old,
			struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();
	old->mtu = dev->mtu;
	old->max_mtu = dev->max_mtu;
	old->mac = vr_mac_key(dev->dev_addr);
	if (mac) {
		err = vr_native_set_mac(dev, *mac, extack);
		if (err)
			return err;
	}
	/* A port that is attached already keeps an MTU its user made smaller. */
	if (vr_native_port(dev) && dev->max_mtu == mtu)
		return 0;
	dev->max_mtu = mtu;
	err = dev_set_mtu(dev, mtu);
	if (err)
		vr_native_restore(dev, old);
	return err;
}

void vr_native_restore(struct net_device *dev,
		       const struct vr_native_settings *old)
{
	dev->max_mtu = old->max_mtu;
	/* Back to what it was: a notifier's veto now leaves it as it is. */
	if (dev->mtu != old->mtu)
		dev_set_mtu(dev, old->mtu);
	vr_native_set_mac(dev, old->mac, NULL);
}

/* What its user has changed in between stays as it is. */
static void vr_native_restore_gso(struct net_device *dev)
{
	const struct vr_native *native = netdev_priv(dev);

	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
	if (vr_dev_gso_ipv4_max_size(dev) == native->gso_limit)
		vr_dev_set_gso_ipv4_max_size(dev, native->gso_ipv4_before);
	if (dev->gso_max_size == native->gso_limit)
		WRITE_ONCE(dev->gso_max_size, native->gso_before);
}

void vr_native_limit_gso(struct net_device *dev, unsigned int size)
{
	struct vr_native *native = netdev_priv(dev);
	u32 limit = size < GSO_MAX_SIZE ? size : 0;

	ASSERT_RTNL();
	if (limit == native->gso_limit)
		return;
	if (native->gso_limit)
		vr_native_restore_gso(dev);
	native->gso_limit = limit;
	if (!limit)
		return;
	native->gso_before = dev->gso_max_size;
	native->gso_ipv4_before = vr_dev_gso_ipv4_max_size(dev);
	netif_set_tso_max_size(dev, limit);
}

void vr_native_release(struct net_device *dev)
{
	netif_carrier_off(dev);
	vr_native_limit_gso(dev, GSO_MAX_SIZE);
	dev->max_mtu = ETH_MAX_MTU;
}

void vr_native_set_mtu(struct net_device *dev, u32 old, u32 mtu)
{
	dev->max_mtu = mtu;
	if (dev->mtu == old || dev->mtu > mtu)
		dev_set_mtu(dev, mtu);
}

static void vr_native_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &vr_native_netdev_ops;
	dev->ethtool_ops = &vr_native_ethtool_ops;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_LIVE_ADDR_CHANGE |
			   IFF_DISABLE_NETPOLL;
	vr_dev_set_lltx(dev);
	dev->features |= VR_NATIVE_FEATURES;
	dev->hw_features = VR_NATIVE_FEATURES;
	dev->hw_enc_features = VR_NATIVE_FEATURES;
	dev->vlan_features = VR_NATIVE_FEATURES &
			     ~(NETIF_F_HW_VLAN_CTAG_TX |
			       NETIF_F_HW_VLAN_CTAG_RX |
			       NETIF_F_HW_VLAN_STAG_TX |
			       NETIF_F_HW_VLAN_STAG_RX);
	dev->mpls_features = NETIF_F_HW_CSUM | NETIF_F_GSO_SOFTWARE;
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
	dev->max_mtu = ETH_MAX_MTU;
	dev->needs_free_netdev = true;
	dev->priv_destructor = vr_native_free_dev;
	eth_hw_addr_random(dev);
	/* until it is attached */
	netif_carrier_off(dev);
}

static bool vr_native_queues_ok(const struct nlattr *attr)
{
	return !attr || nla_get_u32(attr) <= num_possible_cpus();
}

static int vr_native_validate(struct nlattr *tb[], struct nlattr *data[],
			      struct netlink_ext_ack *extack)
{
	/* A holder of an id of another namespace must not make devices there:
	 * a device belongs to the namespace its maker's socket is in.
	 */
	if (tb[IFLA_LINK_NETNSID]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK_NETNSID],
				    "link-netnsid is not supported by vr");
		return -EINVAL;
	}
	if (!vr_native_queues_ok(tb[IFLA_NUM_TX_QUEUES]) ||
	    !vr_native_queues_ok(tb[IFLA_NUM_RX_QUEUES])) {
		NL_SET_ERR_MSG(extack, "more queues than CPUs");
		return -EINVAL;
	}
	if (!tb[IFLA_ADDRESS])
		return 0;
	if (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
	    !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS]))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "not a unicast Ethernet address");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

/* Detached devices count too, else a pod could make them without bound. */
static int vr_native_check_limit(struct vr_instance *instance,
				 struct netlink_ext_ack *extack)
{
	bool full;

	mutex_lock(&instance->lock);
	full = instance->n_ports >= VR_LIMIT_PORTS;
	mutex_unlock(&instance->lock);
	if (!full)
		return 0;
	NL_SET_ERR_MSG(extack, "limit of 65536 ports is reached");
	return -ENOSPC;
}

static int vr_native_newlink(struct net *creator, struct net_device *dev,
			     struct nlattr *tb[], struct nlattr *data[],
			     struct netlink_ext_ack *extack)
{
	struct vr_native *native = netdev_priv(dev);
	struct vr_instance *instance;
	int err;

	instance = vr_instance_get(creator);
	if (IS_ERR(instance))
		return PTR_ERR(instance);
	native->dev = dev;
	native->instance = instance;
	dev->needed_headroom = instance->headroom;
	err = vr_native_check_limit(instance, extack);
	if (!err)
		err = register_netdevice(dev);
	vr_instance_put(instance);
	return err;
}

static void vr_native_dellink(struct net_device *dev, struct list_head *head)
{
	unregister_netdevice_queue(dev, head);
}

/* No get_link_net: a pod must not get an id of the host's namespace by it. */
static struct rtnl_link_ops vr_native_link_ops __read_mostly = {
	.kind		= "vr",
	.priv_size	= sizeof(struct vr_native),
	.setup		= vr_native_setup,
	.validate	= vr_native_validate,
	.newlink	= vr_native_newlink,
	.dellink	= vr_native_dellink,
};

void vr_natives_set_headroom(struct vr_instance *instance,
			     unsigned short headroom)
{
	struct vr_native *native;

	ASSERT_RTNL();
	instance->headroom = headroom;
	list_for_each_entry(native, &instance->natives, in_instance)
		WRITE_ONCE(native->dev->needed_headroom, headroom);
}

void vr_native_kill_all(struct vr_instance *instance,
			struct list_head *kill_list)
{
	struct vr_native *native;

	ASSERT_RTNL();
	/* Devices come and go under RTNL only, so the lock is not needed to
	 * walk, and must not be held while notifiers run.
	 */
	list_for_each_entry(native, &instance->natives, in_instance)
		if (native->dev->reg_state == NETREG_REGISTERED)
			unregister_netdevice_queue(native->dev, kill_list);
}

/* The port's copy of the device's name. */
static void vr_native_renamed(struct net_device *dev)
{
	struct vr_instance *instance = vr_native_instance(dev);
	struct vr_port *port = vr_native_port(dev);

	if (!port)
		return;
	mutex_lock(&instance->lock);
	strscpy(port->ifname, dev->name, sizeof(port->ifname));
	vr_instance_changed(instance);
	vr_nl_port_notify(port, VR_CMD_PORT_NTF);
	mutex_unlock(&instance->lock);
}

/*
 * A device that moves to another namespace sends UNREGISTER from the old one
 * and REGISTER from the new one. It stays attached: its port is the same.
 */
static int vr_native_event(struct notifier_block *block, unsigned long event,
			   void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	if (!vr_native_is(dev))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_REGISTER:
		vr_native_hold_module(dev);
		vr_native_renamed(dev);
		break;
	case NETDEV_CHANGENAME:
		vr_native_renamed(dev);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block vr_native_notifier = {
	.notifier_call = vr_native_event,
};

int vr_native_init(void)
{
	int err;

	err = register_netdevice_notifier(&vr_native_notifier);
	if (err)
		return err;
	err = rtnl_link_register(&vr_native_link_ops);
	if (err)
		unregister_netdevice_notifier(&vr_native_notifier);
	return err;
}

void vr_native_exit(void)
{
	rtnl_link_unregister(&vr_native_link_ops);
	unregister_netdevice_notifier(&vr_native_notifier);
}

MODULE_ALIAS_RTNL_LINK("vr");
