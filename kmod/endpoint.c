// SPDX-License-Identifier: GPL-2.0-only
/*
 * The forwarding and neighbour table of a network. Entries:
 * vr_endpoint_lookup_rcu() for packets, inline in the header, and
 * vr_endpoint_add() for commands.
 */
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "address.h"
#include "endpoint.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "remote.h"

/*
 * As vr_endpoint_hash_mac(), of the two halves of an address. The bytes in which neighbours
 * differ, the last of each half, are put where all that is taken sees them.
 */
static inline u32 vr_endpoint_hash_ip(const void *key, u32 len, u32 seed)
{
	u64 high = get_unaligned((const u64 *)key);
	u64 low = get_unaligned((const u64 *)key + 1);
	u64 factor = (u64)seed * GOLDEN_RATIO_64 | 1;

	return (rol64(low, 32) * factor +
		rol64(high, 32) * rol64(factor, 32)) >> 44;
}

static inline u32 vr_endpoint_hash_ip_obj(const void *obj, u32 len, u32 seed)
{
	const struct vr_endpoint_address *address = obj;

	return vr_endpoint_hash_ip(&address->ip, len, seed);
}

static inline int vr_endpoint_cmp_ip(struct rhashtable_compare_arg *arg,
				     const void *obj)
{
	const struct vr_endpoint_address *address = obj;

	return !ipv6_addr_equal(&address->ip, arg->key);
}

static const struct rhashtable_params vr_endpoint_address_params = {
	.head_offset = offsetof(struct vr_endpoint_address, node),
	.key_offset = offsetof(struct vr_endpoint_address, ip),
	.key_len = sizeof(struct in6_addr),
	.hashfn = vr_endpoint_hash_ip,
	.obj_hashfn = vr_endpoint_hash_ip_obj,
	.obj_cmpfn = vr_endpoint_cmp_ip,
	.nelem_hint = 8,
	.automatic_shrinking = true,
};

int vr_endpoint_table_init(struct vr_endpoint_table *table)
{
	int err;

	err = rhashtable_init(&table->by_mac, &vr_endpoint_mac_params);
	if (err)
		return err;
	err = rhashtable_init(&table->by_address, &vr_endpoint_address_params);
	if (err)
		goto err_destroy_by_mac;
	err = rhashtable_init(&table->standby, &vr_endpoint_mac_params);
	if (err)
		goto err_destroy_by_address;
	return 0;

err_destroy_by_address:
	rhashtable_destroy(&table->by_address);
err_destroy_by_mac:
	rhashtable_destroy(&table->by_mac);
	return err;
}

void vr_endpoint_table_destroy(struct vr_endpoint_table *table)
{
	rhashtable_destroy(&table->standby);
	rhashtable_destroy(&table->by_address);
	rhashtable_destroy(&table->by_mac);
}

static __always_inline struct vr_endpoint_address *
vr_endpoint_address_rcu(struct vr_network *network, const struct in6_addr *ip)
{
	return rhashtable_lookup(&network->endpoints.by_address, ip,
				 vr_endpoint_address_params);
}

/* Flat: else the compiler makes calls of the hash and the comparison. */
__flatten struct vr_endpoint *
vr_endpoint_lookup_ip_rcu(struct vr_network *network, const struct in6_addr *ip)
{
	struct vr_endpoint_address *address =
		vr_endpoint_address_rcu(network, ip);

	return address ? address->endpoint : NULL;
}

struct vr_endpoint *vr_endpoint_standby_rcu(const struct vr_port *port, u64 mac)
{
	struct vr_endpoint *endpoint;

	if (likely(!READ_ONCE(port->n_standby)))
		return NULL;
	endpoint = rhashtable_lookup(&port->network->endpoints.standby, &mac,
				     vr_endpoint_mac_params);
	return endpoint && endpoint->port == port ? endpoint : NULL;
}

struct vr_endpoint *vr_endpoint_find(struct vr_network *network, u64 mac,
				     enum vr_endpoint_state state)
{
	struct vr_endpoint_table *table = &network->endpoints;

	lockdep_assert_held(&network->instance->lock);
	return rhashtable_lookup_fast(state == VR_ENDPOINT_STATE_STANDBY ?
				      &table->standby : &table->by_mac,
				      &mac, vr_endpoint_mac_params);
}

struct vr_endpoint *vr_endpoint_find_ip(struct vr_network *network,
					const struct in6_addr *ip)
{
	struct vr_endpoint *endpoint;

	lockdep_assert_held(&network->instance->lock);
	rcu_read_lock();
	endpoint = vr_endpoint_lookup_ip_rcu(network, ip);
	rcu_read_unlock();
	return endpoint;
}

bool vr_endpoint_has(const struct vr_endpoint *endpoint,
		     const struct in6_addr *addr)
{
	unsigned int i;

	for (i = 0; i < endpoint->n_addresses; i++)
		if (ipv6_addr_equal(&endpoint->addresses[i].ip, addr))
			return true;
	return false;
}

static struct rhashtable *vr_endpoint_mac_table(struct vr_endpoint *endpoint)
{
	struct vr_endpoint_table *table = &endpoint->network->endpoints;

	if (endpoint->state == VR_ENDPOINT_STATE_STANDBY)
		return &table->standby;
	return &table->by_mac;
}

/* Whether the table leads from this address to its endpoint. */
static bool vr_endpoint_listed(struct vr_endpoint *endpoint, unsigned int i)
{
	return vr_endpoint_find_ip(endpoint->network,
				   &endpoint->addresses[i].ip) == endpoint;
}

/* What vr_guard() compares with first. */
static void vr_endpoint_set_own(struct vr_endpoint *endpoint)
{
	const struct in6_addr *ip;
	unsigned int i = endpoint->n_addresses;

	endpoint->own4 = ~0ULL;
	vr_address_from_mac(&endpoint->own6, endpoint->mac);
	while (i--) {
		ip = &endpoint->addresses[i].ip;
		if (vr_address_is_v4(ip))
			endpoint->own4 = (__force u32)vr_address_v4(ip);
		else
			endpoint->own6 = *ip;
	}
}

struct vr_endpoint *vr_endpoint_create(struct vr_network *network,
				       const struct vr_endpoint_config *config)
{
	struct vr_instance *instance = network->instance;
	struct vr_endpoint *endpoint;
	unsigned int i;
	int err;

	endpoint = kzalloc(struct_size(endpoint, addresses,
				       config->n_addresses),
			   GFP_KERNEL_ACCOUNT);
	if (!endpoint)
		return ERR_PTR(-ENOMEM);
	endpoint->n_addresses = config->n_addresses;
	for (i = 0; i < config->n_addresses; i++) {
		endpoint->addresses[i].ip = config->addresses[i];
		endpoint->addresses[i].endpoint = endpoint;
	}
	endpoint->network = network;
	endpoint->mac = config->mac;
	endpoint->port = config->port;
	endpoint->sequence = config->sequence;
	endpoint->state = config->state;
	endpoint->origin = config->origin;
	endpoint->shared = config->shared;
	endpoint->moves_left = config->moves_left;
	endpoint->moved = jiffies;
	endpoint->seen = jiffies;
	vr_endpoint_set_own(endpoint);
	INIT_LIST_HEAD(&endpoint->on_port);

	if (config->port) {
		err = xa_alloc_cyclic(&instance->endpoints, &endpoint->id,
				      endpoint, xa_limit_32b,
				      &instance->next_endpoint_id,
				      GFP_KERNEL_ACCOUNT);
		if (err < 0) {
			kfree(endpoint);
			return ERR_PTR(err);
		}
		instance->n_endpoints++;
		network->n_endpoints++;
	}
	return endpoint;
}

static void vr_endpoint_unlist(struct vr_endpoint *endpoint)
{
	struct vr_network *network = endpoint->network;

	if (!endpoint->id)
		return;
	xa_erase(&network->instance->endpoints, endpoint->id);
	network->instance->n_endpoints--;
	network->n_endpoints--;
}

void vr_endpoint_destroy(struct vr_endpoint *endpoint)
{
	vr_endpoint_unlist(endpoint);
	/* Its first addresses may have been in the table for a moment. */
	kfree_rcu(endpoint, rcu);
}

/* Whether each address is free, or its present holder is to be replaced. */
static int vr_endpoint_check_addresses(struct vr_endpoint *endpoint,
				       struct vr_endpoint *old,
				       struct vr_endpoint *holder,
				       const struct vr_endpoint_config *config,
				       struct netlink_ext_ack *extack)
{
	struct vr_endpoint *other;
	unsigned int i;

	for (i = 0; i < endpoint->n_addresses; i++) {
		other = vr_endpoint_find_ip(endpoint->network,
					    &endpoint->addresses[i].ip);
		if (!other || other == old || other == holder)
			continue;
		/* What is learned gives way to what is configured. */
		if (other->shared && !endpoint->shared)
			continue;
		/* The host's port may have the gateway's address, which stays
		 * the gateway's in the table: the module answers for it and
		 * hands what is sent to it to that port.
		 */
		if (!other->port && config->gateway)
			continue;
		if (other->port)
			NL_SET_ERR_MSG_ATTR(extack, config->address_attrs[i],
					    "address is in use in this network");
		else
			NL_SET_ERR_MSG_ATTR(extack, config->address_attrs[i],
					    "address is the gateway's");
		return -EADDRINUSE;
	}
	return 0;
}

/* Enters the addresses that nobody has yet: all or none. */
static int vr_endpoint_insert_addresses(struct vr_endpoint *endpoint)
{
	struct rhashtable *table = &endpoint->network->endpoints.by_address;
	unsigned int i;
	int err;

	for (i = 0; i < endpoint->n_addresses; i++) {
		if (vr_endpoint_find_ip(endpoint->network,
					&endpoint->addresses[i].ip))
			continue;
		err = rhashtable_insert_fast(table,
					     &endpoint->addresses[i].node,
					     vr_endpoint_address_params);
		if (err)
			goto err_remove;
	}
	return 0;

err_remove:
	while (i--)
		if (vr_endpoint_listed(endpoint, i))
			rhashtable_remove_fast(table,
					       &endpoint->addresses[i].node,
					       vr_endpoint_address_params);
	return err;
}

static void vr_endpoint_remove_addresses(struct vr_endpoint *endpoint)
{
	struct rhashtable *table = &endpoint->network->endpoints.by_address;
	unsigned int i;

	for (i = 0; i < endpoint->n_addresses; i++)
		if (vr_endpoint_listed(endpoint, i))
			rhashtable_remove_fast(table,
					       &endpoint->addresses[i].node,
					       vr_endpoint_address_params);
}

/* One more or less behind the port, of what packets want to know. */
static void vr_endpoint_count(const struct vr_endpoint *endpoint, int one)
{
	struct vr_port *port = endpoint->port;

	if (endpoint->shared)
		WRITE_ONCE(port->n_shared, port->n_shared + one);
	if (vr_endpoint_is_learned(endpoint))
		WRITE_ONCE(port->n_learned, port->n_learned + one);
	if (endpoint->state == VR_ENDPOINT_STATE_STANDBY)
		WRITE_ONCE(port->n_standby, port->n_standby + one);
}

static void vr_endpoint_join_port(struct vr_endpoint *endpoint)
{
	struct vr_port *port = endpoint->port;

	list_add_tail(&endpoint->on_port, &port->endpoints);
	vr_endpoint_count(endpoint, 1);
}

static void vr_endpoint_leave_port(struct vr_endpoint *endpoint)
{
	list_del(&endpoint->on_port);
	vr_endpoint_count(endpoint, -1);
}

/* The rest of a removal, once @endpoint has left the MAC table. */
static void vr_endpoint_retire(struct vr_endpoint *endpoint)
{
	struct vr_port *port = endpoint->port;

	if (endpoint->state == VR_ENDPOINT_STATE_ACTIVE)
		vr_endpoint_remove_addresses(endpoint);
	if (endpoint->port) {
		vr_endpoint_leave_port(endpoint);
		vr_port_forget_endpoint(endpoint->port, endpoint);
	}
	vr_endpoint_unlist(endpoint);
	vr_instance_changed(endpoint->network->instance);
	kfree_rcu(endpoint, rcu);
	if (port)
		vr_remote_release(port);
}

void vr_endpoint_del(struct vr_endpoint *endpoint)
{
	if (endpoint->port) {
		if (!endpoint->shared)
			rhashtable_remove_fast(vr_endpoint_mac_table(endpoint),
					       &endpoint->node,
					       vr_endpoint_mac_params);
		vr_nl_endpoint_notify(endpoint, VR_CMD_ENDPOINT_DEL_NTF);
	}
	vr_endpoint_retire(endpoint);
}

bool vr_endpoint_is_ports(const struct vr_endpoint *endpoint)
{
	return rcu_access_pointer(endpoint->port->endpoint) == endpoint;
}

/* The port that had the replaced endpoint for its own has the new one now. */
static void vr_endpoint_inherit(struct vr_endpoint *endpoint,
				struct vr_endpoint *replaced)
{
	struct vr_port *port = endpoint->port;

	if (replaced && port && replaced->port == port &&
	    rcu_access_pointer(port->endpoint) == replaced)
		rcu_assign_pointer(port->endpoint, endpoint);
}

/*
 * Puts the endpoint into the MAC table, in the place of @holder if any. An
 * address that ports share is in the other table alone.
 */
static int vr_endpoint_enter(struct vr_endpoint *endpoint,
			     struct vr_endpoint *holder)
{
	struct rhashtable *table = vr_endpoint_mac_table(endpoint);

	if (endpoint->shared)
		return 0;
	if (holder)
		return rhashtable_replace_fast(table, &holder->node,
					       &endpoint->node,
					       vr_endpoint_mac_params);
	return rhashtable_insert_fast(table, &endpoint->node,
				      vr_endpoint_mac_params);
}

/* Takes over the addresses that another endpoint still has. Cannot fail. */
static void vr_endpoint_take_addresses(struct vr_endpoint *endpoint)
{
	struct vr_network *network = endpoint->network;
	struct vr_endpoint_address *address;
	struct vr_endpoint *other;
	unsigned int i;

	for (i = 0; i < endpoint->n_addresses; i++) {
		rcu_read_lock();
		address = vr_endpoint_address_rcu(network,
						  &endpoint->addresses[i].ip);
		rcu_read_unlock();
		/* It stays as long as the lock is held. */
		if (!address || address->endpoint == endpoint)
			continue;
		other = address->endpoint;
		/* the host's port and the gateway's address */
		if (!other->port && endpoint->port)
			continue;
		rhashtable_replace_fast(&network->endpoints.by_address,
					&address->node,
					&endpoint->addresses[i].node,
					vr_endpoint_address_params);
		if (other->shared && !endpoint->shared)
			vr_endpoint_del(other);
	}
}

int vr_endpoint_publish(struct vr_endpoint *endpoint,
			struct vr_endpoint *old, struct vr_endpoint *holder,
			const struct vr_endpoint_config *config,
			struct netlink_ext_ack *extack)
{
	bool active = endpoint->state == VR_ENDPOINT_STATE_ACTIVE;
	int err;

	if (active) {
		err = vr_endpoint_check_addresses(endpoint, old, holder,
						  config, extack);
		if (err)
			return err;
		err = vr_endpoint_insert_addresses(endpoint);
		if (err)
			return err;
	}
	if (endpoint->port) { /* the gateway is known by its addresses alone */
		err = vr_endpoint_enter(endpoint, holder);
		if (err) {
			if (active)
				vr_endpoint_remove_addresses(endpoint);
			return err;
		}
		vr_endpoint_join_port(endpoint);
	}
	if (active)
		vr_endpoint_take_addresses(endpoint);
	vr_instance_changed(endpoint->network->instance);

	vr_endpoint_inherit(endpoint, old);
	vr_endpoint_inherit(endpoint, holder);
	if (old && old != holder)
		vr_endpoint_del(old);
	if (holder)
		vr_endpoint_retire(holder);
	return 0;
}

static bool vr_endpoint_same_addresses(const struct vr_endpoint *endpoint,
				       const struct vr_endpoint_config *config)
{
	unsigned int i;

	if (endpoint->n_addresses != config->n_addresses)
		return false;
	for (i = 0; i < config->n_addresses; i++)
		if (!vr_endpoint_has(endpoint, &config->addresses[i]))
			return false;
	return true;
}

/*
 * What may happen to @holder, who has the MAC: 0 if it may be replaced, 1 if
 * it already is what is asked for, or the refusal.
 */
static int vr_endpoint_check_holder(const struct vr_endpoint *holder,
				    const struct vr_endpoint_config *config,
				    unsigned int flags,
				    struct netlink_ext_ack *extack)
{
	if (config->sequence < holder->sequence) {
		NL_SET_ERR_MSG_ATTR(extack, config->mac_attr,
				    "endpoint has a higher sequence");
		return -ESTALE;
	}
	if (config->sequence > holder->sequence && flags & VR_ADD_NO_MOVE) {
		NL_SET_ERR_MSG_ATTR(extack, config->mac_attr,
				    "apply does not move an endpoint");
		return -EBUSY;
	}
	if (config->sequence > holder->sequence || flags & NLM_F_REPLACE)
		return 0;
	if (holder->port != config->port) {
		NL_SET_ERR_MSG_ATTR(extack, config->mac_attr,
				    "MAC is in use in this network");
		return -EADDRINUSE;
	}
	if (!vr_endpoint_same_addresses(holder, config)) {
		NL_SET_ERR_MSG_ATTR(extack, config->mac_attr,
				    "endpoint exists with other addresses");
		return -EEXIST;
	}
	if (flags & NLM_F_EXCL) {
		NL_SET_ERR_MSG_ATTR(extack, config->mac_attr,
				    "endpoint exists");
		return -EEXIST;
	}
	return 1;
}

struct vr_endpoint *vr_endpoint_add(struct vr_network *network,
				    const struct vr_endpoint_config *config,
				    struct vr_endpoint *old, unsigned int flags,
				    bool *changed,
				    struct netlink_ext_ack *extack)
{
	struct vr_endpoint *endpoint, *holder, *standby;
	int ret;

	*changed = false;
	if (config->mac == READ_ONCE(network->gateway_mac)) {
		NL_SET_ERR_MSG_ATTR(extack, config->mac_attr,
				    "MAC is the gateway's");
		return ERR_PTR(-EADDRINUSE);
	}
	holder = vr_endpoint_find(network, config->mac, config->state);
	if (holder && holder != old) {
		ret = vr_endpoint_check_holder(holder, config, flags, extack);
		if (ret < 0)
			return ERR_PTR(ret);
		if (ret && !old)
			return holder;
	}
	/* What stood by at this port becomes active. */
	standby = vr_endpoint_find(network, config->mac,
				   VR_ENDPOINT_STATE_STANDBY);
	if (!old && standby && standby != holder &&
	    standby->port == config->port) {
		if (flags & VR_ADD_NO_MOVE) {
			NL_SET_ERR_MSG_ATTR(extack, config->mac_attr,
					    "apply does not move an endpoint");
			return ERR_PTR(-EBUSY);
		}
		old = standby;
	}
	if (old && config->sequence < old->sequence) {
		NL_SET_ERR_MSG_ATTR(extack, config->mac_attr,
				    "endpoint has a higher sequence");
		return ERR_PTR(-ESTALE);
	}
	if (!old && !holder &&
	    network->instance->n_endpoints >= VR_LIMIT_ENDPOINTS) {
		NL_SET_ERR_MSG(extack,
			       "limit of 1048576 endpoints is reached");
		return ERR_PTR(-ENOSPC);
	}

	endpoint = vr_endpoint_create(network, config);
	if (IS_ERR(endpoint))
		return endpoint;
	ret = vr_endpoint_publish(endpoint, old, holder, config, extack);
	if (ret) {
		vr_endpoint_destroy(endpoint);
		return ERR_PTR(ret);
	}
	*changed = true;
	vr_nl_endpoint_notify(endpoint, VR_CMD_ENDPOINT_NTF);
	return endpoint;
}

int vr_endpoint_activate(struct vr_endpoint *standby,
			 struct vr_endpoint *active)
{
	struct vr_endpoint_config config = {
		.port = standby->port,
		.mac = standby->mac,
		.sequence = standby->sequence,
		.n_addresses = standby->n_addresses,
		.origin = standby->origin,
		.gateway = vr_port_is_gateway(standby->port),
	};
	struct vr_endpoint *endpoint;
	struct in6_addr *addresses;
	unsigned int i;
	bool changed;

	lockdep_assert_held(&standby->network->instance->lock);
	addresses = kcalloc(standby->n_addresses, sizeof(*addresses),
			    GFP_KERNEL);
	if (!addresses)
		return -ENOMEM;
	for (i = 0; i < standby->n_addresses; i++)
		addresses[i] = standby->addresses[i].ip;
	config.addresses = addresses;
	if (active && active->sequence >= standby->sequence)
		config.sequence = active->sequence + 1;
	endpoint = vr_endpoint_add(standby->network, &config, NULL, 0, &changed,
				   NULL);
	kfree(addresses);
	return PTR_ERR_OR_ZERO(endpoint);
}
