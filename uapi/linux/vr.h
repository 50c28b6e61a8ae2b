/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	uapi/vr.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_VR_H
#define _UAPI_LINUX_VR_H

#define VR_GENL_NAME	"vr"
#define VR_GENL_VERSION	1

#define VR_MAX_NETWORK_NAME	255
#define VR_MAX_DESCRIPTION	512
#define VR_MAX_VNI		16777215
#define VR_MIN_MTU		68
#define VR_MAX_MTU		65535
#define VR_DEFAULT_STORM_RATE	100000
#define VR_DEFAULT_LEARN_LIMIT	1024
#define VR_DEFAULT_LEARN_AGEING	300
#define VR_DEFAULT_STORM_BURST	16384

/**
 * enum vr_origin - Which program made an object, like rtm_protocol. A program
 *   changes only what is its own.
 * @VR_ORIGIN_STATIC: Made by an operator (vrctl).
 * @VR_ORIGIN_CNI: Made by the CNI plugin.
 * @VR_ORIGIN_AGENT: Made by the node's agent.
 * @VR_ORIGIN_LEARNED: Learned by the module from traffic.
 */
enum vr_origin {
	VR_ORIGIN_STATIC,
	VR_ORIGIN_CNI,
	VR_ORIGIN_AGENT,
	VR_ORIGIN_LEARNED,

	/* private: */
	__VR_ORIGIN_MAX,
	VR_ORIGIN_MAX = (__VR_ORIGIN_MAX - 1)
};

/**
 * enum vr_port_kind
 * @VR_PORT_KIND_NATIVE: A device of link kind vr.
 * @VR_PORT_KIND_TAP: Any other Ethernet device, taken over by an rx handler.
 */
enum vr_port_kind {
	VR_PORT_KIND_NATIVE,
	VR_PORT_KIND_TAP,
};

/**
 * enum vr_endpoint_state
 * @VR_ENDPOINT_STATE_ACTIVE: Forwarding and neighbour answers use it.
 * @VR_ENDPOINT_STATE_STANDBY: Waits to become active: the same MAC and
 *   addresses may be active elsewhere (the target node of a live migration).
 */
enum vr_endpoint_state {
	VR_ENDPOINT_STATE_ACTIVE,
	VR_ENDPOINT_STATE_STANDBY,

	/* private: */
	__VR_ENDPOINT_STATE_MAX,
	VR_ENDPOINT_STATE_MAX = (__VR_ENDPOINT_STATE_MAX - 1)
};

/**
 * enum vr_nexthop_type
 * @VR_NEXTHOP_TYPE_PORT: The prefix is behind a port of this network.
 * @VR_NEXTHOP_TYPE_ADDRESS: The prefix is behind an address inside the
 *   network.
 * @VR_NEXTHOP_TYPE_REMOTE: The prefix is on another node, behind a tunnel
 *   endpoint.
 * @VR_NEXTHOP_TYPE_BLACKHOLE: Dropped and counted.
 * @VR_NEXTHOP_TYPE_UNREACHABLE: Dropped and counted. The sender is told, with
 *   the codes of Linux' own: host unreachable (ICMP), no route (ICMPv6).
 * @VR_NEXTHOP_TYPE_CONNECTED: A subnet of the network, made with it. Never in
 *   a request.
 * @VR_NEXTHOP_TYPE_ENDPOINT: An endpoint's own address. Only in the answer of
 *   a lookup.
 */
enum vr_nexthop_type {
	VR_NEXTHOP_TYPE_PORT,
	VR_NEXTHOP_TYPE_ADDRESS,
	VR_NEXTHOP_TYPE_REMOTE,
	VR_NEXTHOP_TYPE_BLACKHOLE,
	VR_NEXTHOP_TYPE_UNREACHABLE,
	VR_NEXTHOP_TYPE_CONNECTED,
	VR_NEXTHOP_TYPE_ENDPOINT,

	/* private: */
	__VR_NEXTHOP_TYPE_MAX,
	VR_NEXTHOP_TYPE_MAX = (__VR_NEXTHOP_TYPE_MAX - 1)
};

/**
 * enum vr_resource - What an instance limits.
 * @VR_RESOURCE_NETWORKS: Networks of the instance.
 * @VR_RESOURCE_PORTS: Ports of the instance, detached devices of kind vr
 *   included.
 * @VR_RESOURCE_ENDPOINTS: Endpoints of the instance.
 * @VR_RESOURCE_ROUTES: Routes of the instance.
 * @VR_RESOURCE_NETWORK_SUBNETS: Subnets of one network.
 * @VR_RESOURCE_ENDPOINT_ADDRESSES: Addresses of one endpoint.
 * @VR_RESOURCE_ROUTE_NEXTHOPS: Next hops of one route.
 * @VR_RESOURCE_APPLY_OBJECTS: Objects in one apply request.
 * @VR_RESOURCE_PORT_ALLOWED: Allowed prefixes of one port.
 * @VR_RESOURCE_UPLINKS: Uplinks of the instance.
 * @VR_RESOURCE_UPLINK_PEERS: Peers of one uplink.
 * @VR_RESOURCE_NETWORK_FLOOD: Tunnel endpoints of one network's flood list.
 */
enum vr_resource {
	VR_RESOURCE_NETWORKS,
	VR_RESOURCE_PORTS,
	VR_RESOURCE_ENDPOINTS,
	VR_RESOURCE_ROUTES,
	VR_RESOURCE_NETWORK_SUBNETS,
	VR_RESOURCE_ENDPOINT_ADDRESSES,
	VR_RESOURCE_ROUTE_NEXTHOPS,
	VR_RESOURCE_APPLY_OBJECTS,
	VR_RESOURCE_PORT_ALLOWED,
	VR_RESOURCE_UPLINKS,
	VR_RESOURCE_UPLINK_PEERS,
	VR_RESOURCE_NETWORK_FLOOD,

	/* private: */
	__VR_RESOURCE_MAX,
	VR_RESOURCE_MAX = (__VR_RESOURCE_MAX - 1)
};

/**
 * enum vr_drop_reason - Why the router dropped a packet.
 * @VR_DROP_REASON_NONE: Not a reason. A step that returns it goes on.
 * @VR_DROP_REASON_DETACHED: Sent on a port that is not attached to a network.
 * @VR_DROP_REASON_TRUNCATED: Shorter than its headers say.
 * @VR_DROP_REASON_NO_MEMORY: No memory for a packet or a copy of it.
 * @VR_DROP_REASON_SOURCE_MAC: Source MAC is not the port's (anti-spoofing).
 * @VR_DROP_REASON_SOURCE_ADDRESS: Source IP address is not the port's
 *   (anti-spoofing).
 * @VR_DROP_REASON_ARP_SENDER: ARP sender MAC or address is not the port's
 *   (anti-spoofing).
 * @VR_DROP_REASON_ND_SENDER: Link-layer or target address of a neighbour
 *   discovery message is not the port's (anti-spoofing).
 * @VR_DROP_REASON_PROTOCOL: A protected port sent something other than IPv4,
 *   IPv6 or ARP in Ethernet II or, without vlan, a tag or LLC (anti-spoofing).
 * @VR_DROP_REASON_INVALID_SOURCE_MAC: Source MAC is a group address or zero.
 * @VR_DROP_REASON_LINK_LOCAL_GROUP: Sent to 01:80:c2:00:00:0x, which no bridge
 *   forwards (IEEE 802.1Q).
 * @VR_DROP_REASON_SAME_PORT: The destination is behind the port it came from.
 * @VR_DROP_REASON_UNKNOWN_DESTINATION: Unicast to a MAC nobody has, and no
 *   port of the network may have unknown stations behind it.
 * @VR_DROP_REASON_STORM_LIMIT: More flooded copies than the source port may
 *   cause.
 * @VR_DROP_REASON_NO_PORT: Flooded, but there was no port to flood to.
 * @VR_DROP_REASON_ARP_INVALID: Malformed ARP packet.
 * @VR_DROP_REASON_ND_INVALID: Malformed neighbour discovery message.
 * @VR_DROP_REASON_NOT_ROUTABLE: Sent to the gateway MAC, but neither IPv4,
 *   IPv6 nor ARP.
 * @VR_DROP_REASON_IP_HEADER: Malformed IPv4 or IPv6 header, a wrong IPv4
 *   header checksum, or a checksum that a device would fill in where source
 *   checks have looked.
 * @VR_DROP_REASON_IP_SOURCE: Source address that no router forwards (martian).
 * @VR_DROP_REASON_IP_DESTINATION: Destination address that no router forwards.
 * @VR_DROP_REASON_TTL: TTL or hop limit used up.
 * @VR_DROP_REASON_NO_ROUTE: No route to the destination address.
 * @VR_DROP_REASON_NO_ENDPOINT: The destination is in a subnet, but no endpoint
 *   has the address.
 * @VR_DROP_REASON_BLACKHOLE: A blackhole route.
 * @VR_DROP_REASON_UNREACHABLE: An unreachable route.
 * @VR_DROP_REASON_NEXTHOP: The route's next hop is gone or not resolved.
 * @VR_DROP_REASON_GATEWAY: For the gateway itself, which answers only ARP, ND
 *   and echo.
 * @VR_DROP_REASON_ICMP_CHECKSUM: Echo request to the gateway with a wrong
 *   checksum.
 * @VR_DROP_REASON_TOO_BIG: Longer than the destination's MTU.
 * @VR_DROP_REASON_PORT_DOWN: The destination port is down.
 * @VR_DROP_REASON_BACKLOG: The receiving CPU's backlog was full.
 * @VR_DROP_REASON_DHCP_SERVER: A DHCP server's message from a port that may
 *   not be one.
 * @VR_DROP_REASON_ROUTER_ADVERTISEMENT: A router advertisement or redirect
 *   from a port that may not send them (RFC 6105).
 * @VR_DROP_REASON_ANNOUNCEMENT_LIMIT: An announcement of a shared address that
 *   came too soon after the last move.
 * @VR_DROP_REASON_RATE_IN: Above the rate of what goes to the port.
 * @VR_DROP_REASON_RATE_OUT: Above the rate of what comes from the port.
 * @VR_DROP_REASON_LOOP: The router's own packet came back, from the gateway's
 *   MAC.
 * @VR_DROP_REASON_SOURCE_ROUTE: IPv4 source route option or IPv6 routing
 *   header type 0 (RFC 7126, 5095).
 * @VR_DROP_REASON_SPLIT_HORIZON: Came by a tunnel and would leave by one.
 * @VR_DROP_REASON_UPLINK_HEADER: Malformed tunnel header, or no Ethernet frame
 *   behind it.
 * @VR_DROP_REASON_UNKNOWN_VNI: Came by a tunnel with a VNI that no network
 *   has.
 * @VR_DROP_REASON_UNKNOWN_REMOTE: Came by a tunnel from a node that the
 *   network does not know.
 * @VR_DROP_REASON_ECN: The tunnel's congestion marks cannot be told to the
 *   packet (RFC 6040).
 * @VR_DROP_REASON_UNDERLAY: No route to the remote node, or none that may
 *   carry a tunnel.
 * @VR_DROP_REASON_LEARN_LIMIT: A MAC that was not learned: the port has as
 *   many as it may, or it is configured elsewhere. Counted, the packet goes
 *   on.
 */
enum vr_drop_reason {
	VR_DROP_REASON_NONE,
	VR_DROP_REASON_DETACHED,
	VR_DROP_REASON_TRUNCATED,
	VR_DROP_REASON_NO_MEMORY,
	VR_DROP_REASON_SOURCE_MAC,
	VR_DROP_REASON_SOURCE_ADDRESS,
	VR_DROP_REASON_ARP_SENDER,
	VR_DROP_REASON_ND_SENDER,
	VR_DROP_REASON_PROTOCOL,
	VR_DROP_REASON_INVALID_SOURCE_MAC,
	VR_DROP_REASON_LINK_LOCAL_GROUP,
	VR_DROP_REASON_SAME_PORT,
	VR_DROP_REASON_UNKNOWN_DESTINATION,
	VR_DROP_REASON_STORM_LIMIT,
	VR_DROP_REASON_NO_PORT,
	VR_DROP_REASON_ARP_INVALID,
	VR_DROP_REASON_ND_INVALID,
	VR_DROP_REASON_NOT_ROUTABLE,
	VR_DROP_REASON_IP_HEADER,
	VR_DROP_REASON_IP_SOURCE,
	VR_DROP_REASON_IP_DESTINATION,
	VR_DROP_REASON_TTL,
	VR_DROP_REASON_NO_ROUTE,
	VR_DROP_REASON_NO_ENDPOINT,
	VR_DROP_REASON_BLACKHOLE,
	VR_DROP_REASON_UNREACHABLE,
	VR_DROP_REASON_NEXTHOP,
	VR_DROP_REASON_GATEWAY,
	VR_DROP_REASON_ICMP_CHECKSUM,
	VR_DROP_REASON_TOO_BIG,
	VR_DROP_REASON_PORT_DOWN,
	VR_DROP_REASON_BACKLOG,
	VR_DROP_REASON_DHCP_SERVER,
	VR_DROP_REASON_ROUTER_ADVERTISEMENT,
	VR_DROP_REASON_ANNOUNCEMENT_LIMIT,
	VR_DROP_REASON_RATE_IN,
	VR_DROP_REASON_RATE_OUT,
	VR_DROP_REASON_LOOP,
	VR_DROP_REASON_SOURCE_ROUTE,
	VR_DROP_REASON_SPLIT_HORIZON,
	VR_DROP_REASON_UPLINK_HEADER,
	VR_DROP_REASON_UNKNOWN_VNI,
	VR_DROP_REASON_UNKNOWN_REMOTE,
	VR_DROP_REASON_ECN,
	VR_DROP_REASON_UNDERLAY,
	VR_DROP_REASON_LEARN_LIMIT,

	/* private: */
	__VR_DROP_REASON_MAX,
	VR_DROP_REASON_MAX = (__VR_DROP_REASON_MAX - 1)
};

/**
 * enum vr_allowed_mode - What a port may do with the addresses of an allowed
 *   prefix.
 * @VR_ALLOWED_MODE_SOURCE: Send from them, as a router in a pod does for what
 *   is behind it.
 * @VR_ALLOWED_MODE_ACTIVE_STANDBY: Also announce them (VRRP, keepalived). The
 *   last port to announce an address has it.
 * @VR_ALLOWED_MODE_ECMP: Also announce them. All ports that have announced an
 *   address have it, and flows are spread over them.
 */
enum vr_allowed_mode {
	VR_ALLOWED_MODE_SOURCE,
	VR_ALLOWED_MODE_ACTIVE_STANDBY,
	VR_ALLOWED_MODE_ECMP,

	/* private: */
	__VR_ALLOWED_MODE_MAX,
	VR_ALLOWED_MODE_MAX = (__VR_ALLOWED_MODE_MAX - 1)
};

/**
 * enum vr_uplink_type
 * @VR_UPLINK_TYPE_VXLAN: The module's own VXLAN socket.
 * @VR_UPLINK_TYPE_DEVICE: A stock collect-metadata tunnel device.
 */
enum vr_uplink_type {
	VR_UPLINK_TYPE_VXLAN,
	VR_UPLINK_TYPE_DEVICE,

	/* private: */
	__VR_UPLINK_TYPE_MAX,
	VR_UPLINK_TYPE_MAX = (__VR_UPLINK_TYPE_MAX - 1)
};

enum {
	VR_A_SUBNET_GATEWAY = 1,
	VR_A_SUBNET_PREFIX_LENGTH,

	__VR_A_SUBNET_MAX,
	VR_A_SUBNET_MAX = (__VR_A_SUBNET_MAX - 1)
};

enum {
	VR_A_NETWORK_ID = 1,
	VR_A_NETWORK_NAME,
	VR_A_NETWORK_VNI,
	VR_A_NETWORK_MTU,
	VR_A_NETWORK_GATEWAY_MAC,
	VR_A_NETWORK_SUBNET,
	VR_A_NETWORK_DESCRIPTION,
	VR_A_NETWORK_ORIGIN,
	VR_A_NETWORK_MTU_AUTO,
	VR_A_NETWORK_UNKNOWN_FLOOD,
	VR_A_NETWORK_FLOOD,
	VR_A_NETWORK_FLOOD_ADD,
	VR_A_NETWORK_FLOOD_DEL,
	VR_A_NETWORK_UPLINK,
	VR_A_NETWORK_IF_UNUSED,
	VR_A_NETWORK_PORTS,
	VR_A_NETWORK_ENDPOINTS,
	VR_A_NETWORK_ROUTES,

	__VR_A_NETWORK_MAX,
	VR_A_NETWORK_MAX = (__VR_A_NETWORK_MAX - 1)
};

enum {
	VR_A_DROP_REASON = 1,
	VR_A_DROP_NAME,
	VR_A_DROP_PACKETS,
	VR_A_DROP_PAD,

	__VR_A_DROP_MAX,
	VR_A_DROP_MAX = (__VR_A_DROP_MAX - 1)
};

enum {
	VR_A_PORT_STATS_RX_PACKETS = 1,
	VR_A_PORT_STATS_RX_BYTES,
	VR_A_PORT_STATS_TX_PACKETS,
	VR_A_PORT_STATS_TX_BYTES,
	VR_A_PORT_STATS_DROP,
	VR_A_PORT_STATS_PAD,

	__VR_A_PORT_STATS_MAX,
	VR_A_PORT_STATS_MAX = (__VR_A_PORT_STATS_MAX - 1)
};

enum {
	VR_A_ALLOWED_PREFIX = 1,
	VR_A_ALLOWED_PREFIX_LENGTH,
	VR_A_ALLOWED_MODE,

	__VR_A_ALLOWED_MAX,
	VR_A_ALLOWED_MAX = (__VR_A_ALLOWED_MAX - 1)
};

enum {
	VR_A_PORT_ID = 1,
	VR_A_PORT_NETWORK,
	VR_A_PORT_NETWORK_ID,
	VR_A_PORT_IFNAME,
	VR_A_PORT_IFINDEX,
	VR_A_PORT_NETNS_FD,
	VR_A_PORT_NETNS_ID,
	VR_A_PORT_KIND,
	VR_A_PORT_MAC,
	VR_A_PORT_ADDRESS,
	VR_A_PORT_NO_ADDRESSES,
	VR_A_PORT_GATEWAY,
	VR_A_PORT_ANTISPOOF,
	VR_A_PORT_SEQUENCE,
	VR_A_PORT_STATE,
	VR_A_PORT_DESCRIPTION,
	VR_A_PORT_ORIGIN,
	VR_A_PORT_UP,
	VR_A_PORT_MTU,
	VR_A_PORT_STATS,
	VR_A_PORT_ALLOWED,
	VR_A_PORT_NO_ALLOWED,
	VR_A_PORT_VLAN,
	VR_A_PORT_DHCP_SERVER,
	VR_A_PORT_ROUTER_ADVERTISEMENT,
	VR_A_PORT_RATE_IN,
	VR_A_PORT_BURST_IN,
	VR_A_PORT_RATE_OUT,
	VR_A_PORT_BURST_OUT,
	VR_A_PORT_STORM_RATE,
	VR_A_PORT_STORM_BURST,
	VR_A_PORT_LEARN,
	VR_A_PORT_LEARN_LIMIT,
	VR_A_PORT_LEARN_AGEING,

	__VR_A_PORT_MAX,
	VR_A_PORT_MAX = (__VR_A_PORT_MAX - 1)
};

enum {
	VR_A_ENDPOINT_ID = 1,
	VR_A_ENDPOINT_NETWORK,
	VR_A_ENDPOINT_NETWORK_ID,
	VR_A_ENDPOINT_MAC,
	VR_A_ENDPOINT_ADDRESS,
	VR_A_ENDPOINT_PORT_ID,
	VR_A_ENDPOINT_IFNAME,
	VR_A_ENDPOINT_IFINDEX,
	VR_A_ENDPOINT_NETNS_FD,
	VR_A_ENDPOINT_NETNS_ID,
	VR_A_ENDPOINT_REMOTE,
	VR_A_ENDPOINT_SEQUENCE,
	VR_A_ENDPOINT_STATE,
	VR_A_ENDPOINT_ORIGIN,
	VR_A_ENDPOINT_UPLINK,

	__VR_A_ENDPOINT_MAX,
	VR_A_ENDPOINT_MAX = (__VR_A_ENDPOINT_MAX - 1)
};

enum {
	VR_A_NEXTHOP_TYPE = 1,
	VR_A_NEXTHOP_VIA,
	VR_A_NEXTHOP_PORT_ID,
	VR_A_NEXTHOP_IFNAME,
	VR_A_NEXTHOP_IFINDEX,
	VR_A_NEXTHOP_NETNS_FD,
	VR_A_NEXTHOP_NETNS_ID,
	VR_A_NEXTHOP_REMOTE,
	VR_A_NEXTHOP_WEIGHT,
	VR_A_NEXTHOP_MAC,
	VR_A_NEXTHOP_UPLINK,

	__VR_A_NEXTHOP_MAX,
	VR_A_NEXTHOP_MAX = (__VR_A_NEXTHOP_MAX - 1)
};

enum {
	VR_A_ROUTE_NETWORK = 1,
	VR_A_ROUTE_NETWORK_ID,
	VR_A_ROUTE_PREFIX,
	VR_A_ROUTE_PREFIX_LENGTH,
	VR_A_ROUTE_NEXTHOP,
	VR_A_ROUTE_ORIGIN,
	VR_A_ROUTE_ADDRESS,
	VR_A_ROUTE_SOURCE,
	VR_A_ROUTE_PROTOCOL,
	VR_A_ROUTE_SOURCE_PORT,
	VR_A_ROUTE_DESTINATION_PORT,

	__VR_A_ROUTE_MAX,
	VR_A_ROUTE_MAX = (__VR_A_ROUTE_MAX - 1)
};

enum {
	VR_A_UPLINK_NAME = 1,
	VR_A_UPLINK_TYPE,
	VR_A_UPLINK_LOCAL,
	VR_A_UPLINK_PORT,
	VR_A_UPLINK_IFNAME,
	VR_A_UPLINK_TTL,
	VR_A_UPLINK_DSCP,
	VR_A_UPLINK_ANY,
	VR_A_UPLINK_PEER,
	VR_A_UPLINK_PEER_ADD,
	VR_A_UPLINK_PEER_DEL,
	VR_A_UPLINK_REMOTES,
	VR_A_UPLINK_RX_PACKETS,
	VR_A_UPLINK_RX_BYTES,
	VR_A_UPLINK_TX_PACKETS,
	VR_A_UPLINK_TX_BYTES,
	VR_A_UPLINK_PAD,

	__VR_A_UPLINK_MAX,
	VR_A_UPLINK_MAX = (__VR_A_UPLINK_MAX - 1)
};

enum {
	VR_A_LIMIT_RESOURCE = 1,
	VR_A_LIMIT_NAME,
	VR_A_LIMIT_MAXIMUM,
	VR_A_LIMIT_USED,

	__VR_A_LIMIT_MAX,
	VR_A_LIMIT_MAX = (__VR_A_LIMIT_MAX - 1)
};

enum {
	VR_A_FLUSH_ORIGIN = 1,
	VR_A_FLUSH_NETWORK,
	VR_A_FLUSH_NETWORK_ID,
	VR_A_FLUSH_NETWORKS,
	VR_A_FLUSH_PORTS,
	VR_A_FLUSH_ENDPOINTS,
	VR_A_FLUSH_ROUTES,
	VR_A_FLUSH_DELETED,

	__VR_A_FLUSH_MAX,
	VR_A_FLUSH_MAX = (__VR_A_FLUSH_MAX - 1)
};

enum {
	VR_A_APPLY_NETWORK = 1,
	VR_A_APPLY_PORT,
	VR_A_APPLY_ENDPOINT,
	VR_A_APPLY_ROUTE,

	__VR_A_APPLY_MAX,
	VR_A_APPLY_MAX = (__VR_A_APPLY_MAX - 1)
};

enum {
	VR_CMD_NETWORK_NEW = 1,
	VR_CMD_NETWORK_SET,
	VR_CMD_NETWORK_DEL,
	VR_CMD_NETWORK_GET,
	VR_CMD_PORT_NEW,
	VR_CMD_PORT_SET,
	VR_CMD_PORT_DEL,
	VR_CMD_PORT_GET,
	VR_CMD_ENDPOINT_NEW,
	VR_CMD_ENDPOINT_DEL,
	VR_CMD_ENDPOINT_GET,
	VR_CMD_ROUTE_NEW,
	VR_CMD_ROUTE_DEL,
	VR_CMD_ROUTE_GET,
	VR_CMD_ROUTE_LOOKUP,
	VR_CMD_UPLINK_NEW,
	VR_CMD_UPLINK_SET,
	VR_CMD_UPLINK_DEL,
	VR_CMD_UPLINK_GET,
	VR_CMD_APPLY,
	VR_CMD_FLUSH,
	VR_CMD_LIMIT_GET,
	VR_CMD_DROP_GET,
	VR_CMD_NETWORK_NTF,
	VR_CMD_NETWORK_DEL_NTF,
	VR_CMD_PORT_NTF,
	VR_CMD_PORT_DEL_NTF,
	VR_CMD_ENDPOINT_NTF,
	VR_CMD_ENDPOINT_DEL_NTF,
	VR_CMD_ROUTE_NTF,
	VR_CMD_ROUTE_DEL_NTF,
	VR_CMD_UPLINK_NTF,
	VR_CMD_UPLINK_DEL_NTF,

	__VR_CMD_MAX,
	VR_CMD_MAX = (__VR_CMD_MAX - 1)
};

#define VR_MCGRP_MONITOR	"monitor"

#endif /* _UAPI_LINUX_VR_H */
