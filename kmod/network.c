// SPDX-License-Identifier: GPL-2.0-only
/*
 * Networks: creation, change, and the order of destruction. Entry:
 * vr_network_add().
 */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/stringhash.h>
#include <net/netlink.h>

#include "address.h"
#include "instance.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "remote.h"
#include "route.h"
#include "uplink.h"
#include "work.h"

/* Locally administered, the same on every node: 02, "vr", 1. */
static const u8 vr_network_gateway_mac[ETH_ALEN] = {
	0x02, 0x76, 0x72, 0x00, 0x00, 0x01
};

static u32 vr_network_name_hash(const char *name)
{
	return full_name_hash(NULL, name, strlen(name));
}

struct vr_network *vr_network_find(struct vr_instance *instance,
				   const char *name)
{
	struct vr_network *network;

	lockdep_assert_held(&instance->lock);
	hash_for_each_possible(instance->networks_by_name, network, by_name,
			       vr_network_name_hash(name))
		if (!strcmp(network->name, name))
			return network;
	return NULL;
}

struct vr_network *vr_network_find_id(struct vr_instance *instance, u32 id)
{
	lockdep_assert_held(&instance->lock);
	return xa_load(&instance->networks, id);
}

void vr_network_mtu_changed(struct vr_network *network)
{
	if (READ_ONCE(network->mtu_auto))
		vr_work_queue(&network->mtu_work);
}

static u32 vr_network_auto_mtu(struct vr_network *network)
{
	u32 mtu = vr_remotes_mtu(network);

	/* Not less than IPv6 needs: for IPv4 there are fragments. */
	return mtu ? clamp_t(u32, mtu, IPV6_MIN_MTU, VR_MAX_MTU) :
		     VR_NETWORK_MTU_DEFAULT;
}

/* Devices follow under RTNL, which what has seen the change may not take. */
static void vr_network_mtu_work(struct work_struct *work)
{
	struct vr_network *network =
		container_of(work, struct vr_network, mtu_work);
	struct vr_instance *instance = network->instance;
	u32 old, mtu;

	rtnl_lock();
	mutex_lock(&instance->lock);
	old = network->mtu;
	mtu = old;
	/* One that is going has no id any more. */
	if (network->mtu_auto && network->id)
		mtu = vr_network_auto_mtu(network);
	if (mtu != old) {
		network->mtu = mtu;
		vr_instance_changed(instance);
		vr_nl_network_notify(network, VR_CMD_NETWORK_NTF);
	}
	mutex_unlock(&instance->lock);
	if (mtu != old)
		vr_ports_set_mtu(network, old);
	rtnl_unlock();
}

static void vr_network_free_work(struct work_struct *work)
{
	struct vr_network *network =
		container_of(to_rcu_work(work), struct vr_network, free_work);

	cancel_work_sync(&network->mtu_work);
	vr_learn_destroy(&network->learn);
	vr_announce_destroy(&network->announce);
	vr_flood_destroy(&network->flood);
	vr_endpoint_table_destroy(&network->endpoints);
	vr_nexthop_table_destroy(&network->nexthops);
	vr_instance_memory_put(network->instance);
	kfree(rcu_access_pointer(network->subnets));
	kfree(network->description);
	kfree(network->name);
	kfree(network);
}

/* Memory only: nothing else knows it yet. */
static struct vr_network *
vr_network_create(struct vr_instance *instance,
		  const struct vr_network_config *config)
{
	struct vr_network *network;
	int err = -ENOMEM;

	network = kzalloc(sizeof(*network), GFP_KERNEL_ACCOUNT);
	if (!network)
		return ERR_PTR(-ENOMEM);
	network->name = kstrdup(config->name, GFP_KERNEL_ACCOUNT);
	if (!network->name)
		goto err_free;
	err = vr_endpoint_table_init(&network->endpoints);
	if (err)
		goto err_free_name;
	network->instance = instance;
	network->origin = config->origin;
	network->mtu = VR_NETWORK_MTU_DEFAULT;
	network->gateway_mac = vr_mac_key(vr_network_gateway_mac);
	vr_fib_init(&network->fib4, true);
	vr_fib_init(&network->fib6, false);
	vr_nexthop_table_init(&network->nexthops);
	INIT_LIST_HEAD(&network->ports);
	INIT_HLIST_NODE(&network->by_name);
	INIT_RCU_WORK(&network->free_work, vr_network_free_work);
	INIT_LIST_HEAD(&network->remotes);
	INIT_LIST_HEAD(&network->flood_remotes);
	INIT_WORK(&network->mtu_work, vr_network_mtu_work);
	network->mtu_auto = true;
	network->unknown_flood = true;
	vr_flood_init(&network->flood);
	vr_announce_init(&network->announce);
	vr_learn_init(&network->learn);
	vr_instance_memory_get(instance);
	return network;

err_free_name:
	kfree(network->name);
err_free:
	kfree(network);
	return ERR_PTR(err);
}

/* Who stands for nodes it does not know, from the first VNI on. */
static int vr_network_make_stranger(struct vr_network *network)
{
	struct vr_remote *stranger;

	if (rcu_access_pointer(network->stranger))
		return 0;
	stranger = vr_remote_create_stranger(network);
	if (IS_ERR(stranger))
		return PTR_ERR(stranger);
	rcu_assign_pointer(network->stranger, stranger);
	return 0;
}

/* Reserves the VNI beside the present one, which vr_network_move_vni() frees. */
static int vr_network_reserve_vni(struct vr_network *network,
				  const struct vr_network_config *config,
				  struct netlink_ext_ack *extack)
{
	int err;

	if (!config->vni_attr || config->vni == network->vni)
		return 0;
	if (!config->vni) {
		if (list_empty(&network->remotes))
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, config->vni_attr,
			"network has endpoints, routes or floods to other nodes");
		return -EBUSY;
	}
	err = vr_network_make_stranger(network);
	if (err)
		return err;
	err = xa_insert(&network->instance->networks_by_vni, config->vni,
			network, GFP_KERNEL_ACCOUNT);
	if (err == -EBUSY) {
		NL_SET_ERR_MSG_ATTR(extack, config->vni_attr,
				    "VNI is in use by another network");
		return -EADDRINUSE;
	}
	return err;
}

static void vr_network_move_vni(struct vr_network *network, u32 vni)
{
	if (vni == network->vni)
		return;
	if (network->vni)
		xa_erase(&network->instance->networks_by_vni, network->vni);
	WRITE_ONCE(network->vni, vni);
}

static void vr_network_unreserve_vni(struct vr_network *network,
				     const struct vr_network_config *config)
{
	if (config->vni_attr && config->vni && config->vni != network->vni)
		xa_erase(&network->instance->networks_by_vni, config->vni);
}

static void vr_network_del_routes(struct vr_network *network)
{
	struct vr_route *route;

	while ((route = vr_route_first(network))) {
		vr_route_del(route);
		cond_resched();
	}
}

void vr_network_destroy(struct vr_network *network)
{
	struct vr_instance *instance = network->instance;

	lockdep_assert_held(&instance->lock);
	WARN_ON_ONCE(!list_empty(&network->ports));
	vr_network_del_routes(network);
	vr_remotes_destroy(network);
	if (network->gateway)
		vr_endpoint_del(network->gateway);
	vr_network_move_vni(network, 0);
	if (network->id) {
		vr_nl_network_notify(network, VR_CMD_NETWORK_DEL_NTF);
		hash_del(&network->by_name);
		xa_erase(&instance->networks, network->id);
		network->id = 0;
		instance->n_networks--;
		vr_instance_changed(instance);
		vr_instance_put(instance);
	}
	vr_remote_destroy_stranger(rcu_replace_pointer(network->stranger, NULL,
				lockdep_is_held(&instance->lock)));
	vr_work_queue_rcu(&network->free_work);
}

void vr_network_destroy_all(struct vr_instance *instance)
{
	struct vr_network *network;
	unsigned long id;

	xa_for_each(&instance->networks, id, network)
		vr_network_destroy(network);
}

static bool vr_subnet_equal(const struct vr_subnet *a,
			    const struct vr_subnet *b)
{
	return a->plen == b->plen && ipv6_addr_equal(&a->gateway, &b->gateway);
}

static bool vr_subnet_has(const struct vr_subnet *subnet,
			  const struct in6_addr *addr)
{
	return vr_address_is_v4(&subnet->gateway) == vr_address_is_v4(addr) &&
	       ipv6_prefix_equal(&subnet->gateway, addr, subnet->plen);
}

const struct vr_subnet *vr_subnets_find(const struct vr_subnets *subnets,
					const struct in6_addr *addr)
{
	const struct vr_subnet *found = NULL;
	unsigned int i;

	for (i = 0; i < subnets->n; i++)
		if (vr_subnet_has(&subnets->subnet[i], addr) &&
		    (!found || subnets->subnet[i].plen > found->plen))
			found = &subnets->subnet[i];
	return found;
}

static bool vr_subnets_contain(const struct vr_subnet *subnets, unsigned int n,
			       const struct vr_subnet *subnet)
{
	while (n--)
		if (vr_subnet_equal(&subnets[n], subnet))
			return true;
	return false;
}

static const struct vr_subnets vr_subnets_none;

const struct vr_subnets *vr_network_subnets(const struct vr_network *network)
{
	const struct vr_subnets *subnets;

	subnets = rcu_dereference_protected(network->subnets,
				lockdep_is_held(&network->instance->lock));
	return subnets ?: &vr_subnets_none;
}

static bool vr_network_same_subnets(const struct vr_network *network,
				    const struct vr_network_config *config)
{
	const struct vr_subnets *subnets = vr_network_subnets(network);
	unsigned int i;

	if (subnets->n != config->n_subnets)
		return false;
	for (i = 0; i < config->n_subnets; i++)
		if (!vr_subnets_contain(subnets->subnet, subnets->n,
					&config->subnets[i]))
			return false;
	return true;
}

/* The endpoint that stands for the gateway, or NULL without subnets. */
static struct vr_endpoint *
vr_network_create_gateway(struct vr_network *network,
			  const struct vr_network_config *config,
			  struct vr_endpoint_config *gateway,
			  struct in6_addr *addresses)
{
	unsigned int i;

	if (!config->n_subnets)
		return NULL;
	for (i = 0; i < config->n_subnets; i++) {
		addresses[i] = config->subnets[i].gateway;
		gateway->address_attrs[i] = config->subnets_attr;
	}
	gateway->addresses = addresses;
	gateway->n_addresses = config->n_subnets;
	gateway->origin = network->origin;
	return vr_endpoint_create(network, gateway);
}

static void vr_subnet_prefix(const struct vr_subnet *subnet,
			     struct in6_addr *prefix)
{
	ipv6_addr_prefix(prefix, &subnet->gateway, subnet->plen);
}

/* The connected routes of @subnets that are not also in @except. */
static void vr_network_del_connected(struct vr_network *network,
				     const struct vr_subnet *subnets,
				     unsigned int n,
				     const struct vr_subnet *except,
				     unsigned int n_except)
{
	struct in6_addr prefix;
	struct vr_route *route;
	unsigned int i, j;

	for (i = 0; i < n; i++) {
		vr_subnet_prefix(&subnets[i], &prefix);
		for (j = 0; j < n_except; j++)
			if (except[j].plen == subnets[i].plen &&
			    ipv6_prefix_equal(&except[j].gateway, &prefix,
					      except[j].plen))
				break;
		if (j < n_except)
			continue;
		route = vr_route_find(network, &prefix, subnets[i].plen);
		if (route)
			vr_route_del(route);
	}
}

static int vr_network_add_connected(struct vr_network *network,
				    const struct vr_network_config *config,
				    struct netlink_ext_ack *extack)
{
	const struct vr_subnets *present = vr_network_subnets(network);
	struct vr_nexthop_config connected = {
		.key.type = VR_NEXTHOP_TYPE_CONNECTED,
	};
	struct vr_route_config route = {
		.nexthops = &connected,
		.n_nexthops = 1,
		.origin = network->origin,
		.prefix_attr = config->subnets_attr,
	};
	struct vr_route *old, *added;
	unsigned int i;
	bool changed;

	for (i = 0; i < config->n_subnets; i++) {
		vr_subnet_prefix(&config->subnets[i], &route.prefix);
		route.plen = config->subnets[i].plen;
		old = vr_route_find(network, &route.prefix, route.plen);
		if (old && old->nexthop->key.type == VR_NEXTHOP_TYPE_CONNECTED)
			continue;
		added = vr_route_add(network, &route, NLM_F_EXCL, &changed,
				     extack);
		if (IS_ERR(added)) {
			vr_network_del_connected(network, config->subnets, i,
						 present->subnet, present->n);
			return PTR_ERR(added);
		}
	}
	return 0;
}

static struct vr_subnets *
vr_subnets_create(const struct vr_network_config *config)
{
	struct vr_subnets *subnets;

	subnets = kzalloc(struct_size(subnets, subnet, config->n_subnets),
			  GFP_KERNEL_ACCOUNT);
	if (!subnets)
		return NULL;
	subnets->n = config->n_subnets;
	memcpy(subnets->subnet, config->subnets,
	       array_size(subnets->n, sizeof(*subnets->subnet)));
	return subnets;
}

/* Gateway addresses and connected routes become those of @config. */
static int vr_network_set_subnets(struct vr_network *network,
				  const struct vr_network_config *config,
				  struct netlink_ext_ack *extack)
{
	const struct vr_subnets *present = vr_network_subnets(network);
	struct vr_endpoint_config gateway_config = {};
	struct vr_endpoint *gateway;
	struct vr_subnets *subnets;
	struct in6_addr *addresses;
	int err = -ENOMEM;

	subnets = vr_subnets_create(config);
	addresses = kcalloc(config->n_subnets, sizeof(*addresses), GFP_KERNEL);
	if (!subnets || !addresses)
		goto err_free;
	gateway = vr_network_create_gateway(network, config, &gateway_config,
					    addresses);
	if (IS_ERR(gateway)) {
		err = PTR_ERR(gateway);
		goto err_free;
	}
	err = vr_network_add_connected(network, config, extack);
	if (err)
		goto err_destroy_gateway;
	if (gateway) {
		err = vr_endpoint_publish(gateway, network->gateway, NULL,
					  &gateway_config, extack);
		if (err)
			goto err_del_connected;
	} else if (network->gateway) {
		vr_endpoint_del(network->gateway);
	}
	network->gateway = gateway;
	vr_network_del_connected(network, present->subnet, present->n,
				 config->subnets, config->n_subnets);
	kfree(addresses);
	subnets = rcu_replace_pointer(network->subnets, subnets,
			lockdep_is_held(&network->instance->lock));
	if (subnets)
		kfree_rcu(subnets, rcu);
	return 0;

err_del_connected:
	vr_network_del_connected(network, config->subnets, config->n_subnets,
				 present->subnet, present->n);
err_destroy_gateway:
	if (gateway)
		vr_endpoint_destroy(gateway);
err_free:
	kfree(addresses);
	kfree(subnets);
	return err;
}

static int vr_network_check_mtu(const struct vr_network *network,
				const struct vr_network_config *config,
				struct netlink_ext_ack *extack)
{
	const struct vr_subnets *present = vr_network_subnets(network);
	u32 mtu = config->mtu_attr ? config->mtu : network->mtu;
	const struct vr_subnet *subnets = present->subnet;
	unsigned int n = present->n;

	if (config->mtu_attr && config->mtu_auto) {
		NL_SET_ERR_MSG_ATTR(extack, config->mtu_attr,
				    "mtu beside mtu-auto");
		return -EINVAL;
	}
	if (config->subnets_attr) {
		subnets = config->subnets;
		n = config->n_subnets;
	}
	if (mtu >= IPV6_MIN_MTU)
		return 0;
	while (n--) {
		if (vr_address_is_v4(&subnets[n].gateway))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, config->mtu_attr ?:
				    config->subnets_attr,
				    "an IPv6 subnet needs an MTU of 1280");
		return -ERANGE;
	}
	return 0;
}

/* A given one holds until it is to follow the paths again. */
static void vr_network_set_mtu(struct vr_network *network,
			       const struct vr_network_config *config)
{
	if (config->mtu_attr || config->mtu_auto_attr)
		WRITE_ONCE(network->mtu_auto, config->mtu_auto);
	if (config->mtu_attr)
		network->mtu = config->mtu;
	else if (config->mtu_auto_attr && config->mtu_auto)
		network->mtu = vr_network_auto_mtu(network);
}

/* What can be refused comes first. All of it happens, or nothing. */
static int vr_network_configure(struct vr_network *network,
				const struct vr_network_config *config,
				struct netlink_ext_ack *extack)
{
	char *description = NULL;
	int err;

	if (config->gateway_mac_attr &&
	    (vr_endpoint_find(network, config->gateway_mac,
			      VR_ENDPOINT_STATE_ACTIVE) ||
	     vr_endpoint_find(network, config->gateway_mac,
			      VR_ENDPOINT_STATE_STANDBY))) {
		NL_SET_ERR_MSG_ATTR(extack, config->gateway_mac_attr,
				    "MAC is in use in this network");
		return -EADDRINUSE;
	}
	err = vr_network_check_mtu(network, config, extack);
	if (err)
		return err;
	if (config->description_attr) {
		description = kstrdup(config->description, GFP_KERNEL_ACCOUNT);
		if (!description)
			return -ENOMEM;
	}
	err = vr_network_reserve_vni(network, config, extack);
	if (err)
		goto err_free_description;
	if (config->subnets_attr) {
		err = vr_network_set_subnets(network, config, extack);
		if (err)
			goto err_unreserve_vni;
	}

	if (config->vni_attr)
		vr_network_move_vni(network, config->vni);
	if (config->description_attr)
		swap(network->description, description);
	vr_network_set_mtu(network, config);
	if (config->unknown_flood_attr)
		WRITE_ONCE(network->unknown_flood, config->unknown_flood);
	if (config->gateway_mac_attr) {
		WRITE_ONCE(network->gateway_mac, config->gateway_mac);
		vr_remotes_set_mac(network);
	}
	if (config->origin_attr)
		network->origin = config->origin;
	kfree(description);
	return 0;

err_unreserve_vni:
	vr_network_unreserve_vni(network, config);
err_free_description:
	kfree(description);
	return err;
}

/* What differs from the network there is, in what @config gives. */
static int vr_network_check_equal(const struct vr_network *network,
				  const struct vr_network_config *config,
				  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;

	if (config->id_attr && config->id != network->id) {
		attr = config->id_attr;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "network exists with another id");
	} else if (config->vni_attr && config->vni != network->vni) {
		attr = config->vni_attr;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "network exists with another VNI");
	} else if (config->mtu_attr && config->mtu != network->mtu) {
		attr = config->mtu_attr;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "network exists with another MTU");
	} else if (config->mtu_auto_attr &&
		   config->mtu_auto != network->mtu_auto) {
		attr = config->mtu_auto_attr;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "network exists with another mtu-auto");
	} else if (config->unknown_flood_attr &&
		   config->unknown_flood != network->unknown_flood) {
		attr = config->unknown_flood_attr;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "network exists with another unknown-flood");
	} else if (config->gateway_mac_attr &&
		   config->gateway_mac != network->gateway_mac) {
		attr = config->gateway_mac_attr;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "network exists with another gateway MAC");
	} else if (config->subnets_attr &&
		   !vr_network_same_subnets(network, config)) {
		attr = config->subnets_attr;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "network exists with other subnets");
	} else if (config->description_attr &&
		   strcmp(config->description, network->description ?: "")) {
		attr = config->description_attr;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "network exists with another description");
	} else {
		return 0;
	}
	return -EEXIST;
}

/* Gives the network its id and name in the instance. */
static int vr_network_publish(struct vr_network *network,
			      const struct vr_network_config *config,
			      struct netlink_ext_ack *extack)
{
	struct vr_instance *instance = network->instance;
	int err;

	if (config->id_attr) {
		network->id = config->id;
		err = xa_insert(&instance->networks, config->id, network,
				GFP_KERNEL_ACCOUNT);
		if (err == -EBUSY) {
			NL_SET_ERR_MSG_ATTR(extack, config->id_attr,
					    "id is in use by another network");
			err = -EEXIST;
		}
	} else {
		err = xa_alloc_cyclic(&instance->networks, &network->id,
				      network, xa_limit_32b,
				      &instance->next_network_id,
				      GFP_KERNEL_ACCOUNT);
	}
	if (err < 0) {
		network->id = 0;
		return err;
	}
	hash_add(instance->networks_by_name, &network->by_name,
		 vr_network_name_hash(network->name));
	instance->n_networks++;
	vr_instance_hold(instance);
	vr_instance_changed(instance);
	return 0;
}

/* The network, then the routes of its subnets, which came before it. */
static void vr_network_announce(struct vr_network *network)
{
	struct vr_route *route;

	vr_nl_network_notify(network, VR_CMD_NETWORK_NTF);
	for (route = vr_route_first(network); route;
	     route = vr_route_find_next(network, &route->entry.prefix,
					route->entry.plen))
		vr_nl_route_notify(route, VR_CMD_ROUTE_NTF);
}

struct vr_network *vr_network_add(struct vr_instance *instance,
				  const struct vr_network_config *config,
				  unsigned int flags, bool *changed,
				  struct netlink_ext_ack *extack)
{
	struct vr_network *network;
	int err;

	*changed = false;
	network = vr_network_find(instance, config->name);
	if (network) {
		if (flags & NLM_F_EXCL) {
			NL_SET_ERR_MSG_ATTR(extack, config->name_attr,
					    "network exists");
			return ERR_PTR(-EEXIST);
		}
		err = vr_network_check_equal(network, config, extack);
		return err ? ERR_PTR(err) : network;
	}
	if (instance->n_networks >= VR_LIMIT_NETWORKS) {
		NL_SET_ERR_MSG(extack, "limit of 16384 networks is reached");
		return ERR_PTR(-ENOSPC);
	}

	network = vr_network_create(instance, config);
	if (IS_ERR(network))
		return network;
	err = vr_network_configure(network, config, extack);
	if (!err)
		err = vr_network_publish(network, config, extack);
	if (err) {
		vr_network_destroy(network);
		return ERR_PTR(err);
	}
	*changed = true;
	vr_network_announce(network);
	return network;
}

/* The network has this name, or may have it. */
static int vr_network_check_name(struct vr_network *network,
				 const struct vr_network_config *config,
				 struct netlink_ext_ack *extack)
{
	struct vr_network *other;

	other = vr_network_find(network->instance, config->name);
	if (!other || other == network)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, config->name_attr,
			    "name is in use by another network");
	return -EEXIST;
}

static void vr_network_rename(struct vr_network *network, char *name)
{
	hash_del(&network->by_name);
	kfree(network->name);
	network->name = name;
	hash_add(network->instance->networks_by_name, &network->by_name,
		 vr_network_name_hash(name));
}

static struct vr_remote *vr_network_flood_find(struct vr_network *network,
					       const struct in6_addr *vtep)
{
	struct vr_remote *remote;

	list_for_each_entry(remote, &network->flood_remotes, in_flood)
		if (ipv6_addr_equal(&remote->key.vtep, vtep))
			return remote;
	return NULL;
}

static int vr_network_flood_check(struct vr_network *network,
				  const struct vr_uplink_nodes *add,
				  const struct vr_uplink_nodes *del,
				  struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; i < del->n; i++)
		if (!vr_network_flood_find(network, &del->vtep[i])) {
			NL_SET_ERR_MSG_ATTR(extack, del->attr,
				"flood list does not have one of the nodes");
			return -ENOENT;
		}
	if (add->n && !network->vni) {
		NL_SET_ERR_MSG_ATTR(extack, add->attr,
				    "network has no VNI, give it one");
		return -EINVAL;
	}
	if (network->n_flood + add->n <= VR_LIMIT_NETWORK_FLOOD + del->n)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, add->attr,
			    "more than the limit of 256 nodes in a flood list");
	return -ENOSPC;
}

/* Makes what is to be flooded to; without memory nothing is left behind. */
static int vr_network_flood_add(struct vr_network *network,
				const struct nlattr *uplink_attr,
				const struct vr_uplink_nodes *add,
				struct vr_remote **remotes,
				struct netlink_ext_ack *extack)
{
	struct vr_uplink *uplink;
	unsigned int i;
	int err;

	for (i = 0; i < add->n; i++) {
		uplink = vr_uplink_choose(network->instance, uplink_attr,
					  add->attr, &add->vtep[i], extack);
		if (IS_ERR(uplink)) {
			err = PTR_ERR(uplink);
			goto err_unpin;
		}
		remotes[i] = vr_remote_get(network, uplink, &add->vtep[i]);
		if (IS_ERR(remotes[i])) {
			err = PTR_ERR(remotes[i]);
			goto err_unpin;
		}
	}
	return 0;

err_unpin:
	while (i--)
		vr_remote_unpin(&remotes[i]->port);
	return err;
}

int vr_network_flood_prepare(struct vr_network *network,
			     const struct nlattr *uplink,
			     struct vr_flood_change *change,
			     struct netlink_ext_ack *extack)
{
	struct vr_remote **remotes;
	int err;

	lockdep_assert_held(&network->instance->lock);
	err = vr_network_flood_check(network, &change->add, &change->del,
				     extack);
	if (err)
		return err;
	remotes = kcalloc(change->add.n, sizeof(*remotes), GFP_KERNEL);
	if (!remotes)
		return -ENOMEM;
	err = vr_network_flood_add(network, uplink, &change->add, remotes,
				   extack);
	if (err)
		kfree(remotes);
	else
		change->remotes = remotes;
	return err;
}

void vr_network_flood_abort(struct vr_flood_change *change)
{
	unsigned int i;

	if (!change->remotes)
		return;
	for (i = 0; i < change->add.n; i++)
		vr_remote_unpin(&change->remotes[i]->port);
	kfree(change->remotes);
	change->remotes = NULL;
}

static void vr_network_flood_commit(struct vr_network *network,
				    struct vr_flood_change *change)
{
	struct vr_remote *remote;
	unsigned int i;

	if (!change || !change->remotes)
		return;
	for (i = 0; i < change->add.n; i++) {
		vr_remote_set_floods(change->remotes[i], true);
		vr_remote_unpin(&change->remotes[i]->port);
	}
	for (i = 0; i < change->del.n; i++) {
		remote = vr_network_flood_find(network, &change->del.vtep[i]);
		vr_remote_set_floods(remote, false);
		vr_remote_release(&remote->port);
	}
	kfree(change->remotes);
	change->remotes = NULL;
}

int vr_network_set(struct vr_network *network,
		   const struct vr_network_config *config,
		   struct netlink_ext_ack *extack)
{
	char *name = NULL;
	int err;

	if (config->name_attr && strcmp(config->name, network->name)) {
		err = vr_network_check_name(network, config, extack);
		if (err)
			return err;
		name = kstrdup(config->name, GFP_KERNEL_ACCOUNT);
		if (!name)
			return -ENOMEM;
	}
	err = vr_network_configure(network, config, extack);
	if (err) {
		kfree(name);
		return err;
	}
	if (name)
		vr_network_rename(network, name);
	vr_network_flood_commit(network, config->flood);
	vr_instance_changed(network->instance);
	vr_nl_network_notify(network, VR_CMD_NETWORK_NTF);
	return 0;
}
