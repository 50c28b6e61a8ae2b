// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remotes: tunnels to nodes. Entries: vr_remote_xmit() for packets,
 * vr_remote_get() for commands.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/gso.h>

#include "address.h"
#include "deliver.h"
#include "flood.h"
#include "metadata.h"
#include "network.h"
#include "remote.h"
#include "route.h"
#include "uplink.h"
#include "vxlan.h"

/* Tunnels in tunnels of this module, on one stack. */
#define VR_REMOTE_DEPTH		2

static DEFINE_PER_CPU(unsigned int, vr_remote_depth);

/*
 * Where the last packet came from that a stranger stands for. What is answered
 * to it is sent while it is being received, with bottom halves off.
 */
struct vr_remote_sender {
	struct vr_uplink *uplink;
	struct in6_addr vtep;
};

static DEFINE_PER_CPU(struct vr_remote_sender, vr_remote_sender);

/*
 * The device that remotes have in the place of a port's own, so that nobody
 * has to ask whether there is one. It is never up, which keeps packets from
 * the ways of those that have a device.
 */
static struct net_device *vr_remote_dev;

unsigned int vr_port_mtu(const struct vr_port *port)
{
	if (vr_port_is_remote(port))
		return READ_ONCE(container_of(port, struct vr_remote,
					      port)->mtu) ?: ETH_MAX_MTU;
	return READ_ONCE(port->dev->mtu);
}

bool vr_port_is_up(const struct vr_port *port)
{
	return vr_port_is_remote(port) ||
	       READ_ONCE(port->dev->flags) & IFF_UP;
}

static bool vr_remote_is_stranger(const struct vr_remote *remote)
{
	return !remote->uplink;
}

/* One packet, whose headers are set. Returns why it is not sent, or 0. */
static enum vr_drop_reason vr_remote_send(struct vr_remote *remote,
					  struct sk_buff *skb)
{
	enum vr_drop_reason reason = VR_DROP_REASON_UNDERLAY;
	unsigned int len = skb->len;

	if (likely(__this_cpu_inc_return(vr_remote_depth) <= VR_REMOTE_DEPTH))
		reason = remote->uplink->dev ? vr_metadata_xmit(remote, skb) :
					       vr_vxlan_xmit(remote, skb);
	__this_cpu_dec(vr_remote_depth);
	if (likely(!reason))
		vr_uplink_count_tx(remote->uplink, len);
	return reason;
}

static void vr_remote_xmit_one(struct vr_remote *remote, struct sk_buff *skb)
{
	enum vr_drop_reason reason = vr_remote_send(remote, skb);

	if (unlikely(reason))
		vr_drop(skb, remote->uplink->instance, &remote->port, reason);
}

/*
 * What a device cannot cut or sum inside our tunnel: what a pod has put into
 * one itself, what is longer than UDP may be, and SCTP, whose checksum is of
 * another kind than the outer one that would be derived from it.
 */
static bool vr_remote_is_odd(struct sk_buff *skb)
{
	return skb->encapsulation || skb->len > GSO_LEGACY_MAX_SIZE ||
	       (skb->ip_summed == CHECKSUM_PARTIAL && skb_csum_is_sctp(skb));
}

/* Cut and summed before it goes into the tunnel. */
static void vr_remote_xmit_odd(struct vr_remote *remote, struct sk_buff *skb)
{
	struct sk_buff *segment, *next;

	if (skb_is_gso(skb)) {
		segment = __skb_gso_segment(skb, 0, false);
		if (IS_ERR_OR_NULL(segment)) {
			vr_drop(skb, remote->port.network->instance,
				&remote->port, VR_DROP_REASON_NO_MEMORY);
			return;
		}
		consume_skb(skb);
	} else {
		if (skb->ip_summed == CHECKSUM_PARTIAL &&
		    skb_csum_hwoffload_help(skb, 0)) {
			vr_drop(skb, remote->port.network->instance,
				&remote->port, VR_DROP_REASON_NO_MEMORY);
			return;
		}
		segment = skb;
		segment->next = NULL;
	}
	skb_list_walk_safe(segment, segment, next) {
		skb_mark_not_on_list(segment);
		segment->encapsulation = 0;
		vr_remote_xmit_one(remote, segment);
	}
}

/* Nothing of this node's goes with it. Its headers are set. */
static void vr_remote_prepare(struct vr_port *port, struct sk_buff *skb)
{
	trace_vr_output(port, skb);
	vr_deliver_scrub(skb);
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	skb->protocol = ((const struct ethhdr *)skb->data)->h_proto;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
}

/* What the router itself says, to a node that no remote is there for. */
static void vr_remote_answer(struct vr_port *port, struct sk_buff *skb)
{
	const struct vr_remote_sender *sender = this_cpu_ptr(&vr_remote_sender);
	struct vr_network *network = port->network;
	struct vr_remote remote = {
		.port.network = network,
		.key = { network, sender->vtep },
		.uplink = sender->uplink,
		.checked = jiffies,
	};
	enum vr_drop_reason reason;

	vr_remote_prepare(port, skb);
	reason = vr_remote_send(&remote, skb);
	if (reason)
		vr_drop(skb, network->instance, port, reason);
}

/* The node that is known to have whom it is for, or where that came from. */
static void vr_remote_xmit_stranger(struct vr_port *port, struct sk_buff *skb)
{
	const struct vr_endpoint *endpoint;
	u64 mac;

	mac = vr_mac_key(((const struct ethhdr *)skb->data)->h_dest);
	endpoint = vr_endpoint_lookup_rcu(&port->network->endpoints, mac);
	if (endpoint && endpoint->port != port &&
	    vr_port_is_remote(endpoint->port))
		vr_remote_xmit(endpoint->port, skb);
	else
		vr_remote_answer(port, skb);
}

void vr_remote_xmit(struct vr_port *port, struct sk_buff *skb)
{
	struct vr_remote *remote = vr_remote_of(port);

	if (unlikely(vr_remote_is_stranger(remote))) {
		vr_remote_xmit_stranger(port, skb);
		return;
	}
	if (unlikely(skb_vlan_tag_present(skb))) {
		skb = __vlan_hwaccel_push_inside(skb);
		if (!skb) {
			vr_drop_count(port->network->instance, port,
				      VR_DROP_REASON_NO_MEMORY);
			return;
		}
	}
	vr_remote_prepare(port, skb);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb_set_transport_header(skb, skb_checksum_start_offset(skb));
	if (unlikely(vr_remote_is_odd(skb)))
		vr_remote_xmit_odd(remote, skb);
	else
		vr_remote_xmit_one(remote, skb);
}

void vr_remote_set_mtu(struct vr_remote *remote, u32 mtu)
{
	if (unlikely(!remote->port.id))
		return; /* of one packet: see vr_remote_answer() */
	/* A path for less than the least of IPv4 is none. */
	mtu = max_t(u32, mtu, VR_MIN_MTU);
	WRITE_ONCE(remote->checked, jiffies);
	if (READ_ONCE(remote->mtu) == mtu)
		return;
	WRITE_ONCE(remote->mtu, mtu);
	vr_network_mtu_changed(remote->port.network);
}

static u32 vr_remote_hash(const void *data, u32 len, u32 seed)
{
	return jhash2(data, sizeof(struct vr_remote_key) / sizeof(u32), seed);
}

static const struct rhashtable_params vr_remote_params = {
	.head_offset = offsetof(struct vr_remote, node),
	.key_offset = offsetof(struct vr_remote, key),
	.key_len = sizeof(struct vr_remote_key),
	.hashfn = vr_remote_hash,
	.nelem_hint = 8,
	.automatic_shrinking = true,
};

int vr_remotes_table_init(struct rhashtable *table)
{
	return rhashtable_init(table, &vr_remote_params);
}

struct vr_port *vr_remote_source_rcu(struct vr_uplink *uplink,
				     struct vr_network *network,
				     const struct in6_addr *vtep)
{
	const struct vr_remote_key key = { network, *vtep };
	struct vr_remote *remote;

	remote = rhashtable_lookup(&uplink->remotes, &key, vr_remote_params);
	if (likely(remote))
		return &remote->port;
	if (!vr_uplink_admits_rcu(uplink, vtep))
		return NULL;
	remote = rcu_dereference(network->stranger);
	if (!remote)
		return NULL;
	this_cpu_ptr(&vr_remote_sender)->uplink = uplink;
	this_cpu_ptr(&vr_remote_sender)->vtep = *vtep;
	return &remote->port;
}

/* As a port that nothing is configured of. */
static int vr_remote_init_port(struct vr_remote *remote,
			       struct vr_network *network)
{
	struct vr_port *port = &remote->port;

	port->flood_limit = vr_flood_limit_alloc(VR_DEFAULT_STORM_BURST);
	if (!port->flood_limit)
		return -ENOMEM;
	port->storm_rate = VR_DEFAULT_STORM_RATE;
	port->storm_burst = VR_DEFAULT_STORM_BURST;
	vr_icmp_limit_init(&port->icmp_limit);
	port->flags = VR_PORT_REMOTE;
	port->dev = vr_remote_dev;
	port->network = network;
	port->mac = READ_ONCE(network->gateway_mac);
	INIT_LIST_HEAD(&port->in_network);
	INIT_LIST_HEAD(&port->endpoints);
	INIT_LIST_HEAD(&port->nexthops);
	return 0;
}

static void vr_remote_free(struct vr_remote *remote)
{
	if (remote->uplink) {
		vr_metadata_free(remote);
		dst_cache_destroy(&remote->dst_cache);
	}
	free_percpu(remote->port.flood_limit);
	kfree(remote->port.drops);
	kfree(remote);
}

static void vr_remote_free_rcu(struct rcu_head *rcu)
{
	vr_remote_free(container_of(rcu, struct vr_remote, rcu));
}

static struct vr_remote *vr_remote_create(struct vr_network *network,
					  struct vr_uplink *uplink,
					  const struct in6_addr *vtep)
{
	struct vr_remote *remote = kzalloc(sizeof(*remote), GFP_KERNEL_ACCOUNT);

	if (!remote)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&remote->in_network);
	INIT_LIST_HEAD(&remote->in_flood);
	remote->key.network = network;
	if (vr_remote_init_port(remote, network))
		goto err_free;
	if (!uplink)
		return remote;
	remote->key.vtep = *vtep;
	strscpy(remote->port.ifname, uplink->name,
		sizeof(remote->port.ifname));
	if (dst_cache_init(&remote->dst_cache, GFP_KERNEL_ACCOUNT))
		goto err_free;
	remote->uplink = uplink;
	if (uplink->dev && vr_metadata_init(remote))
		goto err_free;
	return remote;

err_free:
	vr_remote_free(remote);
	return ERR_PTR(-ENOMEM);
}

struct vr_remote *vr_remote_create_stranger(struct vr_network *network)
{
	return vr_remote_create(network, NULL, NULL);
}

void vr_remote_destroy_stranger(struct vr_remote *stranger)
{
	if (stranger)
		call_rcu(&stranger->rcu, vr_remote_free_rcu);
}

/* For packets both ways and for those that look through a network's. */
static int vr_remote_publish(struct vr_remote *remote)
{
	struct vr_network *network = remote->port.network;
	struct vr_instance *instance = network->instance;
	int err;

	err = xa_alloc_cyclic(&instance->ports, &remote->port.id, &remote->port,
			      xa_limit_32b, &instance->next_port_id,
			      GFP_KERNEL_ACCOUNT);
	if (err < 0)
		return err;
	err = rhashtable_insert_fast(&remote->uplink->remotes, &remote->node,
				     vr_remote_params);
	if (err) {
		xa_erase(&instance->ports, remote->port.id);
		return err;
	}
	list_add_tail_rcu(&remote->in_network, &network->remotes);
	remote->uplink->n_remotes++;
	return 0;
}

struct vr_remote *vr_remote_get(struct vr_network *network,
				struct vr_uplink *uplink,
				const struct in6_addr *vtep)
{
	const struct vr_remote_key key = { network, *vtep };
	struct vr_remote *remote;
	int err;

	lockdep_assert_held(&network->instance->lock);
	remote = rhashtable_lookup_fast(&uplink->remotes, &key,
					vr_remote_params);
	if (remote) {
		remote->pins++;
		return remote;
	}
	remote = vr_remote_create(network, uplink, vtep);
	if (IS_ERR(remote))
		return remote;
	err = vr_remote_publish(remote);
	if (err) {
		call_rcu(&remote->rcu, vr_remote_free_rcu);
		return ERR_PTR(err);
	}
	remote->pins++;
	if (uplink->dev)
		vr_metadata_probe(remote);
	else
		vr_vxlan_probe(remote);
	return remote;
}

/* Nothing leads to it any more. */
static void vr_remote_unpublish(struct vr_remote *remote)
{
	struct vr_instance *instance = remote->port.network->instance;

	remote->gone = true;
	rhashtable_remove_fast(&remote->uplink->remotes, &remote->node,
			       vr_remote_params);
	list_del_rcu(&remote->in_network);
	xa_erase(&instance->ports, remote->port.id);
	remote->uplink->n_remotes--;
	vr_network_mtu_changed(remote->port.network);
	call_rcu(&remote->rcu, vr_remote_free_rcu);
}

void vr_remote_release(struct vr_port *port)
{
	struct vr_remote *remote;

	if (!vr_port_is_remote(port))
		return;
	remote = vr_remote_of(port);
	if (!remote->gone && !remote->pins && !remote->floods && list_empty(&port->endpoints) &&
	    list_empty(&port->nexthops))
		vr_remote_unpublish(remote);
}

void vr_remote_unpin(struct vr_port *port)
{
	if (!vr_port_is_remote(port))
		return;
	vr_remote_of(port)->pins--;
	vr_remote_release(port);
}

void vr_remote_destroy(struct vr_remote *remote)
{
	struct vr_endpoint *endpoint, *next;
	struct vr_port *port = &remote->port;

	lockdep_assert_held(&port->network->instance->lock);
	remote->gone = true; /* what lets go of it must not free it */
	if (remote->floods)
		vr_remote_set_floods(remote, false);
	vr_routes_lose_port(port);
	list_for_each_entry_safe(endpoint, next, &port->endpoints, on_port)
		vr_endpoint_del(endpoint);
	vr_remote_unpublish(remote);
}

void vr_remotes_destroy(struct vr_network *network)
{
	struct vr_remote *remote, *next;

	list_for_each_entry_safe(remote, next, &network->remotes, in_network)
		vr_remote_destroy(remote);
}

void vr_remote_set_floods(struct vr_remote *remote, bool floods)
{
	struct vr_network *network = remote->port.network;
	struct list_head *at = &network->flood_remotes;
	struct vr_remote *other;

	lockdep_assert_held(&network->instance->lock);
	if (remote->floods == floods)
		return;
	remote->floods = floods;
	if (!floods) {
		list_del_rcu(&remote->in_flood);
		network->n_flood--;
		return;
	}
	/* In the order of ids, in which floods go on. */
	list_for_each_entry(other, &network->flood_remotes, in_flood)
		if (other->port.id < remote->port.id)
			at = &other->in_flood;
	list_add_rcu(&remote->in_flood, at);
	network->n_flood++;
}

void vr_remotes_set_mac(struct vr_network *network)
{
	struct vr_remote *remote;

	list_for_each_entry(remote, &network->remotes, in_network)
		WRITE_ONCE(remote->port.mac, network->gateway_mac);
}

u32 vr_remotes_mtu(struct vr_network *network)
{
	struct vr_remote *remote;
	u32 least = 0, mtu;

	lockdep_assert_held(&network->instance->lock);
	list_for_each_entry(remote, &network->remotes, in_network) {
		mtu = READ_ONCE(remote->mtu);
		if (mtu && (!least || mtu < least))
			least = mtu;
	}
	return least;
}

static void vr_remote_dev_setup(struct net_device *dev)
{
	dev->mtu = ETH_MAX_MTU;
}

int vr_remotes_init(void)
{
	vr_remote_dev = alloc_netdev(0, "vr-remote", NET_NAME_UNKNOWN,
				     vr_remote_dev_setup);
	return vr_remote_dev ? 0 : -ENOMEM;
}

void vr_remotes_exit(void)
{
	free_netdev(vr_remote_dev);
}
