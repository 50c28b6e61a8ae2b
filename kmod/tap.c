// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking other devices over, and giving them back. What they receive goes to
 * vr_tap_rcv() in datapath.c, what they are to send comes by deliver.c.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/dsa.h>
#include <net/if_inet6.h>

#include "datapath.h"
#include "instance.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "tap.h"

struct vr_port *vr_tap_port(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) != vr_tap_rcv)
		return NULL;
	return rcu_dereference_rtnl(dev->rx_handler_data);
}

/* Link-local IPv6 addresses come by themselves, others have been given. */
static bool vr_tap_has_address(const struct net_device *dev)
{
	const struct in_device *in_dev = __in_dev_get_rtnl(dev);
	const struct inet6_ifaddr *address;
	struct inet6_dev *in6_dev;
	bool found = false;

	if (in_dev && rtnl_dereference(in_dev->ifa_list))
		return true;
	in6_dev = __in6_dev_get(dev);
	if (!in6_dev)
		return false;
	read_lock_bh(&in6_dev->lock);
	list_for_each_entry(address, &in6_dev->addr_list, if_list)
		if (!(ipv6_addr_type(&address->addr) & IPV6_ADDR_LINKLOCAL))
			found = true;
	read_unlock_bh(&in6_dev->lock);
	return found;
}

int vr_tap_check_free(struct net_device *dev, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	ASSERT_RTNL();
	if (netdev_master_upper_dev_get(dev)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "device has a master");
		return -EBUSY;
	}
	if (!netdev_is_rx_handler_busy(dev))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "device has a receive handler, as of a macvlan");
	return -EBUSY;
}

/* They would come between the addresses and the type (vlan_do_receive()). */
static bool vr_tap_keeps_tags(const struct net_device *dev)
{
#if IS_ENABLED(CONFIG_VLAN_8021Q)
	return is_vlan_dev(dev) &&
	       !(vlan_dev_priv(dev)->flags & VLAN_FLAG_REORDER_HDR);
#else
	return false;
#endif
}

/* What a bridge refuses as well (br_add_if()), and whose loss would hurt. */
int vr_tap_check(struct net_device *dev, const struct nlattr *attr,
		 struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();
	if (dev->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "device is the loopback");
		return -EINVAL;
	}
	if (dev->type != ARPHRD_ETHER || dev->addr_len != ETH_ALEN) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "device is not Ethernet");
		return -EINVAL;
	}
	if (netif_is_bridge_master(dev) || dev->priv_flags & IFF_NO_RX_HANDLER ||
	    dev->priv_flags & IFF_DONT_BRIDGE || netdev_uses_dsa(dev)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
			"device is of a kind that cannot be taken over");
		return -EOPNOTSUPP;
	}
	err = vr_tap_check_free(dev, attr, extack);
	if (err)
		return err;
	if (vr_tap_keeps_tags(dev)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
			"device leaves VLAN tags in packets, set reorder_hdr on");
		return -EINVAL;
	}
	if (vr_tap_has_address(dev)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
			"device carries an address of the host, which would be lost");
		return -EBUSY;
	}
	return 0;
}

int vr_tap_take(struct net_device *dev, struct vr_port *port,
		const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();
	err = dev_set_promiscuity(dev, 1);
	if (err) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "device cannot be promiscuous");
		return err;
	}
	err = netdev_rx_handler_register(dev, vr_tap_rcv, port);
	if (err) {
		dev_set_promiscuity(dev, -1);
		return err;
	}
	/* A packet may have to go on as it came. */
	dev_disable_lro(dev);
	return 0;
}

void vr_tap_release(struct net_device *dev)
{
	ASSERT_RTNL();
	netdev_rx_handler_unregister(dev);
	dev_set_promiscuity(dev, -1);
}

static void vr_tap_renamed(struct vr_port *port)
{
	struct vr_instance *instance = port->network->instance;

	mutex_lock(&instance->lock);
	strscpy(port->ifname, port->dev->name, sizeof(port->ifname));
	vr_instance_changed(instance);
	vr_nl_port_notify(port, VR_CMD_PORT_NTF);
	mutex_unlock(&instance->lock);
}

/* One that moves to another namespace, which is no longer ours, goes too. */
static int vr_tap_event(struct notifier_block *block, unsigned long event,
			void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct vr_port *port = vr_tap_port(dev);

	if (!port)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_UNREGISTER:
		vr_port_detach(port);
		break;
	case NETDEV_CHANGENAME:
		vr_tap_renamed(port);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block vr_tap_notifier = {
	.notifier_call = vr_tap_event,
};

int vr_tap_init(void)
{
	return register_netdevice_notifier(&vr_tap_notifier);
}

void vr_tap_exit(void)
{
	unregister_netdevice_notifier(&vr_tap_notifier);
}
