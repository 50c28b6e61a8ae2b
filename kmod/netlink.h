/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family: what all objects' commands share. Texts of
 * refusals are constants, because 6.1 cannot format them; the attribute to
 * blame goes with them, and the tools add its name and value.
 */
#ifndef VR_NETLINK_H
#define VR_NETLINK_H

#include <net/genetlink.h>

#include "netlink-gen.h"

struct in6_addr;
struct net_device;
struct vr_endpoint;
struct vr_instance;
struct vr_network;
struct vr_network_config;
struct vr_port;
struct vr_remote;
struct vr_route;
struct vr_uplink;
struct vr_uplink_nodes;

extern struct genl_family vr_nl_family;

/* A request being handled. */
struct vr_nl_request {
	const struct sk_buff *message;
	struct genl_info *info;
	struct netlink_ext_ack *extack;
	struct vr_instance *instance;	/* held */
	struct sk_buff *reply;
	void *reply_header;
	unsigned int flags;		/* NLM_F_EXCL, NLM_F_REPLACE */
	bool rtnl;
};

/*
 * Takes RTNL if asked, holds the instance, and makes room for the answer
 * before anything is done. end() undoes it and sends the answer if @err is 0.
 */
int vr_nl_begin(struct vr_nl_request *request, const struct sk_buff *message,
		struct genl_info *info, bool rtnl);
int vr_nl_end(struct vr_nl_request *request, int err);

/*
 * All of a request that needs no RTNL: @handle finds and does what it says
 * under the instance's lock, and fills the answer.
 */
int vr_nl_do_locked(const struct sk_buff *message, struct genl_info *info,
		    int (*handle)(struct vr_nl_request *request));

/* Refuses NLM_F_REPLACE. */
int vr_nl_no_replace(struct vr_nl_request *request);

/* Which device or port a request means. Each may be NULL. */
struct vr_nl_device {
	const struct nlattr *id;
	const struct nlattr *ifname;
	const struct nlattr *ifindex;
	const struct nlattr *netns_fd;
};

/* The attribute that says which, to blame. */
const struct nlattr *vr_nl_device_attr(const struct vr_nl_device *device);
/* Under RTNL: a device the instance may attach. Or ERR_PTR. */
struct net_device *vr_nl_device_find(struct vr_nl_request *request,
				     const struct vr_nl_device *device);
/* Under the instance's lock: an attached one. Or ERR_PTR. */
struct vr_port *vr_nl_port_find(struct vr_nl_request *request,
				const struct vr_nl_device *device);

/* Under the instance's lock. Or ERR_PTR. */
struct vr_network *vr_nl_network_find(struct vr_instance *instance,
				      const struct nlattr *name,
				      const struct nlattr *id,
				      struct netlink_ext_ack *extack);

/* The 4 or 16 bytes of an address, kept as in address.h. */
int vr_nl_get_ip(const struct nlattr *attr, struct in6_addr *ip,
		 struct netlink_ext_ack *extack);
/* One that a host may have. */
int vr_nl_get_host(const struct nlattr *attr, struct in6_addr *ip,
		   struct netlink_ext_ack *extack);
int vr_nl_get_mac(const struct nlattr *attr, u64 *mac,
		  struct netlink_ext_ack *extack);
/* @plen as the family counts it becomes one of 128 bits. */
int vr_nl_get_prefix_length(const struct nlattr *attr,
			    const struct in6_addr *ip, u8 *plen,
			    struct netlink_ext_ack *extack);
/* A prefix without host bits, its length as above. */
int vr_nl_get_prefix(const struct nlattr *attr, const struct nlattr *length,
		     struct in6_addr *prefix, u8 *plen,
		     struct netlink_ext_ack *extack);
/*
 * All attributes of @type in @head: hosts' addresses, none twice, at most
 * VR_LIMIT_ENDPOINT_ADDRESSES. Returns how many, or an error.
 */
int vr_nl_get_hosts(const struct nlattr *head, int len, int type,
		    struct in6_addr *ips, const struct nlattr **attrs,
		    struct netlink_ext_ack *extack);

/* All return 0 or -EMSGSIZE. */
int vr_nl_put_ip(struct sk_buff *msg, int type, const struct in6_addr *ip);
int vr_nl_put_mac(struct sk_buff *msg, int type, u64 mac);
/* The namespace a port's device is in, unless it is the instance's own. */
int vr_nl_put_netns_id(struct sk_buff *msg, int type,
		       const struct vr_port *port);
/* Its number, its name in the contract's spelling, and how often. */
int vr_nl_drop_fill(struct sk_buff *msg, unsigned int reason, u64 packets);

/* One object, at the message's present level. Under the instance's lock. */
int vr_nl_network_fill(struct sk_buff *msg, const struct vr_network *network);
int vr_nl_port_fill(struct sk_buff *msg, const struct vr_port *port,
		    bool stats);
int vr_nl_endpoint_fill(struct sk_buff *msg,
			const struct vr_endpoint *endpoint);
int vr_nl_route_fill(struct sk_buff *msg, const struct vr_route *route);

/* Tells listeners of the instance's namespace. Under the instance's lock. */
void vr_nl_network_notify(const struct vr_network *network, u8 cmd);
void vr_nl_port_notify(const struct vr_port *port, u8 cmd);
void vr_nl_endpoint_notify(const struct vr_endpoint *endpoint, u8 cmd);
void vr_nl_route_notify(const struct vr_route *route, u8 cmd);
void vr_nl_uplink_notify(const struct vr_uplink *uplink, u8 cmd);

/*
 * The nodes of all attributes of a type, none twice. The caller kvfree()s
 * nodes->vtep, also on error.
 */
int vr_nl_nodes_parse(struct vr_uplink_nodes *nodes, const struct nlattr *head,
		      int len, int type, struct netlink_ext_ack *extack);
/* The remote that the attributes of a request name; it may be a new one. */
struct vr_remote *vr_nl_remote_get(struct vr_nl_request *request,
				   struct vr_network *network,
				   const struct nlattr *vtep_attr,
				   const struct nlattr *uplink_attr);

/* NULL if nobody listens. send() consumes it, and fails if @err is set. */
struct sk_buff *vr_nl_event_create(struct vr_instance *instance, u8 cmd,
				   void **header);
void vr_nl_event_send(struct vr_instance *instance, struct sk_buff *msg,
		      void *header, int err);

/* One message of a dump. start() returns NULL if it is full. */
void *vr_nl_dump_start(struct sk_buff *msg, struct netlink_callback *cb,
		       u8 cmd);
int vr_nl_dump_end(struct sk_buff *msg, void *header, int err);
/* The instance of a dump, held and locked, or NULL if there is none. */
struct vr_instance *vr_nl_dump_begin(struct netlink_callback *cb);
/* What a dump returns without one: no network has that name or id either. */
int vr_nl_dump_nothing(struct netlink_callback *cb, const struct nlattr *name,
		       const struct nlattr *id);
/* Refuses a key that a dump does not filter by, if it is given. */
int vr_nl_dump_refuse(struct netlink_callback *cb, const struct nlattr *attr);
void vr_nl_dump_finish(struct vr_instance *instance);

/*
 * Each adds one object as its attributes say. Returns it or ERR_PTR, and in
 * @changed whether anything did. @head and @len are the attributes as they
 * stand, for those that may be given several times.
 */
struct vr_network *vr_nl_network_add(struct vr_nl_request *request,
				     struct nlattr **attrs,
				     const struct nlattr *head, int len,
				     bool *changed);
struct vr_port *vr_nl_port_add(struct vr_nl_request *request,
			       struct nlattr **attrs,
			       const struct nlattr *head, int len,
			       bool *changed);
struct vr_endpoint *vr_nl_endpoint_add(struct vr_nl_request *request,
				       struct nlattr **attrs,
				       const struct nlattr *head, int len,
				       bool *changed);
struct vr_route *vr_nl_route_add(struct vr_nl_request *request,
				 struct nlattr **attrs,
				 const struct nlattr *head, int len,
				 bool *changed);

/* Under RTNL: detaches the network's ports, then destroys it. */
void vr_nl_network_remove(struct vr_network *network);

int vr_netlink_init(void);
void vr_netlink_exit(void);

#endif /* VR_NETLINK_H */
