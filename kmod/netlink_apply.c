// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests on many objects: apply, which adds a whole pod or nothing, and
 * flush. Entries: vr_nl_apply_doit(), vr_nl_flush_doit().
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "endpoint.h"
#include "instance.h"
#include "netlink.h"
#include "network.h"
#include "port.h"
#include "route.h"

/* Largest answer to apply that is tried, and the smallest. */
#define VR_APPLY_REPLY_MAX	SZ_256K
#define VR_APPLY_REPLY_MIN	SZ_8K

struct vr_apply_object {
	int type;			/* VR_A_APPLY_* */
	bool changed;			/* by this request: undone if it fails */
	union {
		struct vr_network *network;
		struct vr_port *port;
		struct vr_endpoint *endpoint;
		struct vr_route *route;
	};
};

struct vr_apply {
	struct vr_nl_request request;
	unsigned int n;
	struct vr_apply_object objects[VR_LIMIT_APPLY_OBJECTS];
};

/* A kind of object, and how it is added. RTNL is held. */
struct vr_apply_kind {
	const struct nla_policy *policy;
	int max_attr;			/* of the policy */
	u64 answers;			/* attributes only answers have */
	int (*add)(struct vr_apply *apply, struct vr_apply_object *object,
		   struct nlattr **attrs, const struct nlattr *nest);
};

/* More than any of them has: answers has a bit for each. */
#define VR_APPLY_ATTRS		64
static_assert(VR_A_NETWORK_MAX < VR_APPLY_ATTRS);
static_assert(VR_A_PORT_MAX < VR_APPLY_ATTRS);
static_assert(VR_A_ENDPOINT_MAX < VR_APPLY_ATTRS);
static_assert(VR_A_ROUTE_MAX < VR_APPLY_ATTRS);

static int vr_apply_add_network(struct vr_apply *apply,
				struct vr_apply_object *object,
				struct nlattr **attrs,
				const struct nlattr *nest)
{
	struct vr_instance *instance = apply->request.instance;

	mutex_lock(&instance->lock);
	object->network = vr_nl_network_add(&apply->request, attrs,
					    nla_data(nest), nla_len(nest),
					    &object->changed);
	mutex_unlock(&instance->lock);
	return PTR_ERR_OR_ZERO(object->network);
}

static int vr_apply_add_port(struct vr_apply *apply,
			     struct vr_apply_object *object,
			     struct nlattr **attrs, const struct nlattr *nest)
{
	object->port = vr_nl_port_add(&apply->request, attrs, nla_data(nest),
				      nla_len(nest), &object->changed);
	return PTR_ERR_OR_ZERO(object->port);
}

/* Under the instance's lock. */
static int vr_apply_add_endpoint(struct vr_apply *apply,
				 struct vr_apply_object *object,
				 struct nlattr **attrs,
				 const struct nlattr *nest)
{
	object->endpoint = vr_nl_endpoint_add(&apply->request, attrs,
					      nla_data(nest), nla_len(nest),
					      &object->changed);
	return PTR_ERR_OR_ZERO(object->endpoint);
}

/* Under the instance's lock. */
static int vr_apply_add_route(struct vr_apply *apply,
			      struct vr_apply_object *object,
			      struct nlattr **attrs, const struct nlattr *nest)
{
	object->route = vr_nl_route_add(&apply->request, attrs, nla_data(nest),
					nla_len(nest), &object->changed);
	return PTR_ERR_OR_ZERO(object->route);
}

static const struct vr_apply_kind vr_apply_kinds[] = {
	[VR_A_APPLY_NETWORK] = {
		.policy = vr_network_config_nl_policy,
		.max_attr = ARRAY_SIZE(vr_network_config_nl_policy) - 1,
		.answers = BIT_ULL(VR_A_NETWORK_PORTS) |
			   BIT_ULL(VR_A_NETWORK_FLOOD) |
			   BIT_ULL(VR_A_NETWORK_ENDPOINTS) |
			   BIT_ULL(VR_A_NETWORK_ROUTES),
		.add = vr_apply_add_network,
	},
	[VR_A_APPLY_PORT] = {
		.policy = vr_port_config_nl_policy,
		.max_attr = ARRAY_SIZE(vr_port_config_nl_policy) - 1,
		.answers = BIT_ULL(VR_A_PORT_ID) |
			   BIT_ULL(VR_A_PORT_NETNS_ID) |
			   BIT_ULL(VR_A_PORT_KIND) |
			   BIT_ULL(VR_A_PORT_UP) |
			   BIT_ULL(VR_A_PORT_MTU),
		.add = vr_apply_add_port,
	},
	[VR_A_APPLY_ENDPOINT] = {
		.policy = vr_endpoint_config_nl_policy,
		.max_attr = ARRAY_SIZE(vr_endpoint_config_nl_policy) - 1,
		.answers = BIT_ULL(VR_A_ENDPOINT_ID) |
			   BIT_ULL(VR_A_ENDPOINT_NETNS_ID),
		.add = vr_apply_add_endpoint,
	},
	[VR_A_APPLY_ROUTE] = {
		.policy = vr_route_config_nl_policy,
		.max_attr = ARRAY_SIZE(vr_route_config_nl_policy) - 1,
		.add = vr_apply_add_route,
	},
};

/* The nests are those of the answer too, so the policy lets this through. */
static int vr_apply_refuse(struct vr_apply *apply, struct nlattr **attrs,
			   u64 answers)
{
	const struct nlattr *attr;

	for (; answers; answers &= answers - 1) {
		attr = attrs[__ffs64(answers)];
		if (!attr)
			continue;
		NL_SET_ERR_MSG_ATTR(apply->request.extack, attr,
				    "attribute is for answers only");
		return -EINVAL;
	}
	return 0;
}

static int vr_apply_add(struct vr_apply *apply, const struct nlattr *nest)
{
	const struct vr_apply_kind *kind = &vr_apply_kinds[nla_type(nest)];
	struct vr_apply_object *object = &apply->objects[apply->n];
	struct nlattr *attrs[VR_APPLY_ATTRS] = {};
	int err;

	if (apply->n == VR_LIMIT_APPLY_OBJECTS) {
		NL_SET_ERR_MSG_ATTR(apply->request.extack, nest,
				    "more than the limit of 64 objects");
		return -ENOSPC;
	}
	object->type = nla_type(nest);
	err = nla_parse_nested(attrs, kind->max_attr, nest, kind->policy,
			       apply->request.extack);
	if (!err)
		err = vr_apply_refuse(apply, attrs, kind->answers);
	if (!err)
		err = kind->add(apply, object, attrs, nest);
	if (!err)
		apply->n++;
	return err;
}

static int vr_apply_add_all(struct vr_apply *apply, int type)
{
	struct genlmsghdr *header = apply->request.info->genlhdr;
	struct nlattr *nest;
	int rem, err;

	nla_for_each_attr(nest, genlmsg_data(header), genlmsg_len(header),
			  rem) {
		if (nla_type(nest) != type)
			continue;
		err = vr_apply_add(apply, nest);
		if (err)
			return err;
	}
	return 0;
}

/* Back to the first @n objects, the last one first. */
static void vr_apply_undo(struct vr_apply *apply, unsigned int n)
{
	struct vr_apply_object *object;

	while (apply->n > n) {
		object = &apply->objects[--apply->n];
		if (!object->changed)
			continue;
		switch (object->type) {
		case VR_A_APPLY_NETWORK:
			vr_nl_network_remove(object->network);
			break;
		case VR_A_APPLY_PORT:
			vr_port_undo(object->port);
			break;
		case VR_A_APPLY_ENDPOINT:
			vr_endpoint_del(object->endpoint);
			break;
		default:
			vr_route_del(object->route);
			break;
		}
	}
}

static int vr_apply_fill_one(struct sk_buff *msg,
			     const struct vr_apply_object *object)
{
	struct nlattr *nest = nla_nest_start(msg, object->type);
	int err;

	if (!nest)
		return -EMSGSIZE;
	switch (object->type) {
	case VR_A_APPLY_NETWORK:
		err = vr_nl_network_fill(msg, object->network);
		break;
	case VR_A_APPLY_PORT:
		err = vr_nl_port_fill(msg, object->port, false);
		break;
	case VR_A_APPLY_ENDPOINT:
		err = vr_nl_endpoint_fill(msg, object->endpoint);
		break;
	default:
		err = vr_nl_route_fill(msg, object->route);
		break;
	}
	nla_nest_end(msg, nest);
	return err;
}

static int vr_apply_fill(struct vr_apply *apply)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < apply->n; i++)
		err = vr_apply_fill_one(apply->request.reply,
					&apply->objects[i]);
	return err;
}

/* The answer is made before it is final, so that its failure undoes all. */
static int vr_apply_answer(struct vr_apply *apply)
{
	struct vr_nl_request *request = &apply->request;
	struct sk_buff *reply;
	size_t size;
	int err;

	for (size = VR_APPLY_REPLY_MIN;; size *= 2) {
		reply = nlmsg_new(size, GFP_KERNEL);
		if (!reply)
			return -ENOMEM;
		nlmsg_free(request->reply);
		request->reply = reply;
		request->reply_header =
			genlmsg_put_reply(reply, request->info, &vr_nl_family,
					  0, VR_CMD_APPLY);
		err = vr_apply_fill(apply);
		if (err != -EMSGSIZE || size >= VR_APPLY_REPLY_MAX)
			return err;
	}
}

/*
 * Endpoints, routes and the answer, under one hold of the lock: RTNL does not
 * keep endpoints and routes as it keeps networks and ports.
 */
static int vr_apply_rest(struct vr_apply *apply)
{
	unsigned int n = apply->n;
	int err;

	mutex_lock(&apply->request.instance->lock);
	err = vr_apply_add_all(apply, VR_A_APPLY_ENDPOINT);
	if (!err)
		err = vr_apply_add_all(apply, VR_A_APPLY_ROUTE);
	if (!err)
		err = vr_apply_answer(apply);
	if (err)
		vr_apply_undo(apply, n);
	mutex_unlock(&apply->request.instance->lock);
	return err;
}

static int vr_apply_do(struct vr_apply *apply)
{
	int err;

	err = vr_apply_add_all(apply, VR_A_APPLY_NETWORK);
	if (!err)
		err = vr_apply_add_all(apply, VR_A_APPLY_PORT);
	if (!err)
		err = vr_apply_rest(apply);
	if (err)
		vr_apply_undo(apply, 0);
	return err;
}

int vr_nl_apply_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vr_apply *apply;
	int err;

	if (info->nlhdr->nlmsg_flags & NLM_F_REPLACE) {
		NL_SET_ERR_MSG(info->extack, "apply does not replace");
		return -EOPNOTSUPP;
	}
	apply = kzalloc(sizeof(*apply), GFP_KERNEL);
	if (!apply)
		return -ENOMEM;
	err = vr_nl_begin(&apply->request, skb, info, true);
	if (err)
		goto out_free;
	apply->request.flags |= VR_ADD_NO_MOVE;
	err = vr_apply_do(apply);
	err = vr_nl_end(&apply->request, err);
out_free:
	kfree(apply);
	return err;
}

/* What a flush takes. */
struct vr_flush {
	struct vr_instance *instance;
	const struct vr_network *network;	/* NULL: of all */
	const struct nlattr *origin;
	u32 deleted;
};

static bool vr_flush_wants(const struct vr_flush *flush,
			   const struct vr_network *network, u8 origin)
{
	if (flush->network && flush->network != network)
		return false;
	return !flush->origin || nla_get_u8(flush->origin) == origin;
}

static void vr_flush_routes_of(struct vr_flush *flush,
			       struct vr_network *network)
{
	struct vr_route *route = vr_route_first(network);
	struct vr_route *next;

	for (; route; route = next) {
		next = vr_route_find_next(network, &route->entry.prefix,
					  route->entry.plen);
		if (route->nexthop->key.type == VR_NEXTHOP_TYPE_CONNECTED ||
		    !vr_flush_wants(flush, network, route->origin))
			continue;
		vr_route_del(route);
		flush->deleted++;
		cond_resched();
	}
}

static void vr_flush_routes(struct vr_flush *flush)
{
	struct vr_network *network;
	unsigned long id;

	mutex_lock(&flush->instance->lock);
	xa_for_each(&flush->instance->networks, id, network)
		vr_flush_routes_of(flush, network);
	mutex_unlock(&flush->instance->lock);
}

static void vr_flush_endpoints(struct vr_flush *flush)
{
	struct vr_endpoint *endpoint;
	unsigned long id;

	mutex_lock(&flush->instance->lock);
	xa_for_each(&flush->instance->endpoints, id, endpoint) {
		if (vr_endpoint_is_ports(endpoint) ||
		    !vr_flush_wants(flush, endpoint->network,
				    endpoint->origin))
			continue;
		vr_endpoint_del(endpoint);
		flush->deleted++;
	}
	mutex_unlock(&flush->instance->lock);
}

/* RTNL keeps the ports and networks that there are. */
static void vr_flush_ports(struct vr_flush *flush)
{
	struct vr_network *network;
	struct vr_port *port, *next;
	unsigned long id;

	xa_for_each(&flush->instance->networks, id, network)
		list_for_each_entry_safe(port, next, &network->ports,
					 in_network) {
			if (!vr_flush_wants(flush, network, port->origin))
				continue;
			vr_port_detach(port);
			flush->deleted++;
		}
}

static void vr_flush_networks(struct vr_flush *flush)
{
	struct vr_network *network;
	unsigned long id;

	xa_for_each(&flush->instance->networks, id, network) {
		if (!vr_flush_wants(flush, network, network->origin))
			continue;
		vr_nl_network_remove(network);
		flush->deleted++;
	}
}

static int vr_flush_parse(struct vr_flush *flush,
			  struct vr_nl_request *request)
{
	struct nlattr **attrs = request->info->attrs;

	flush->instance = request->instance;
	flush->origin = attrs[VR_A_FLUSH_ORIGIN];
	if (!attrs[VR_A_FLUSH_NETWORKS] && !attrs[VR_A_FLUSH_PORTS] &&
	    !attrs[VR_A_FLUSH_ENDPOINTS] && !attrs[VR_A_FLUSH_ROUTES]) {
		NL_SET_ERR_MSG(request->extack,
			       "kind of object to flush is missing");
		return -EINVAL;
	}
	if (!attrs[VR_A_FLUSH_NETWORK] && !attrs[VR_A_FLUSH_NETWORK_ID])
		return 0;
	mutex_lock(&request->instance->lock);
	flush->network = vr_nl_network_find(request->instance,
					    attrs[VR_A_FLUSH_NETWORK],
					    attrs[VR_A_FLUSH_NETWORK_ID],
					    request->extack);
	mutex_unlock(&request->instance->lock);
	return PTR_ERR_OR_ZERO(flush->network);
}

int vr_nl_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vr_nl_request request;
	struct vr_flush flush = {};
	int err;

	err = vr_nl_begin(&request, skb, info, true);
	if (err)
		return err;
	err = vr_flush_parse(&flush, &request);
	if (err)
		return vr_nl_end(&request, err);
	if (info->attrs[VR_A_FLUSH_ROUTES])
		vr_flush_routes(&flush);
	if (info->attrs[VR_A_FLUSH_ENDPOINTS])
		vr_flush_endpoints(&flush);
	if (info->attrs[VR_A_FLUSH_PORTS])
		vr_flush_ports(&flush);
	if (info->attrs[VR_A_FLUSH_NETWORKS])
		vr_flush_networks(&flush);
	err = nla_put_u32(request.reply, VR_A_FLUSH_DELETED, flush.deleted);
	return vr_nl_end(&request, err);
}
