// SPDX-License-Identifier: Apache-2.0
/*
 * Announcements of what a container has got.
 * Entry point: announce_addresses().
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "../lib/netns.h"
#include "announce.h"

/* Where a packet goes, on an interface. */
static struct sockaddr_ll destination(uint32_t ifindex, uint16_t protocol,
				      const uint8_t mac[VR_MAC_LEN])
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)ifindex,
		.sll_halen = VR_MAC_LEN,
	};

	memcpy(to.sll_addr, mac, VR_MAC_LEN);
	return to;
}

static ssize_t announce_ipv4(int fd, uint32_t ifindex,
			     const uint8_t mac[VR_MAC_LEN],
			     const struct vr_ip *ip)
{
	static const uint8_t everyone[VR_MAC_LEN] = { 0xff, 0xff, 0xff,
						      0xff, 0xff, 0xff };
	struct sockaddr_ll to = destination(ifindex, ETH_P_ARP, everyone);
	struct ether_arp arp = {
		.ea_hdr.ar_hrd = htons(ARPHRD_ETHER),
		.ea_hdr.ar_pro = htons(ETH_P_IP),
		.ea_hdr.ar_hln = VR_MAC_LEN,
		.ea_hdr.ar_pln = sizeof(arp.arp_spa),
		.ea_hdr.ar_op = htons(ARPOP_REQUEST),
	};

	memcpy(arp.arp_sha, mac, VR_MAC_LEN);
	memcpy(arp.arp_spa, ip->bytes, sizeof(arp.arp_spa));
	memcpy(arp.arp_tpa, ip->bytes, sizeof(arp.arp_tpa));
	return sendto(fd, &arp, sizeof(arp), 0, (struct sockaddr *)&to,
		      sizeof(to));
}

/* A neighbour advertisement with the option for the MAC. */
struct advertisement {
	struct ip6_hdr ip;
	struct nd_neighbor_advert body;
	struct nd_opt_hdr option;
	uint8_t mac[VR_MAC_LEN];
} __attribute__((packed));

static uint16_t checksum(const struct advertisement *packet)
{
	const uint8_t *bytes = (const uint8_t *)&packet->ip.ip6_src;
	const uint8_t *end = (const uint8_t *)(packet + 1);
	/* The pseudo-header: addresses (counted below), length, protocol. */
	uint32_t sum = sizeof(*packet) - sizeof(packet->ip) + IPPROTO_ICMPV6;

	for (; bytes < end; bytes += 2)
		sum += (uint32_t)bytes[0] << 8 | bytes[1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static ssize_t announce_ipv6(int fd, uint32_t ifindex,
			     const uint8_t mac[VR_MAC_LEN],
			     const struct vr_ip *ip)
{
	static const uint8_t all_nodes_mac[VR_MAC_LEN] = { 0x33, 0x33, 0,
							   0,	 0,    1 };
	struct sockaddr_ll to = destination(ifindex, ETH_P_IPV6, all_nodes_mac);
	struct advertisement packet = {
		.ip.ip6_flow = htonl(6u << 28),
		.ip.ip6_plen = htons(sizeof(packet) - sizeof(packet.ip)),
		.ip.ip6_nxt = IPPROTO_ICMPV6,
		.ip.ip6_hlim = 255,
		.body.nd_na_type = ND_NEIGHBOR_ADVERT,
		.body.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE,
		.option.nd_opt_type = ND_OPT_TARGET_LINKADDR,
		.option.nd_opt_len = 1,
	};

	memcpy(&packet.ip.ip6_src, ip->bytes, sizeof(packet.ip.ip6_src));
	inet_pton(AF_INET6, "ff02::1", &packet.ip.ip6_dst);
	memcpy(&packet.body.nd_na_target, ip->bytes,
	       sizeof(packet.body.nd_na_target));
	memcpy(packet.mac, mac, VR_MAC_LEN);
	packet.body.nd_na_cksum = checksum(&packet);
	return sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to,
		      sizeof(to));
}

static int announce_interface(int fd, const struct plan *plan,
			      unsigned int index, struct vr_error *err)
{
	const struct attachment_interface *interface =
		&plan->attachment.interfaces[index];
	const struct plan_interface *planned = &plan->interfaces[index];
	const struct vr_ip *ip;
	unsigned int i;
	ssize_t sent;

	for (i = 0; i < planned->addresses.ip_count; i++) {
		ip = &planned->addresses.ips[i].address.ip;
		if (ip->family == AF_INET)
			sent = announce_ipv4(fd, planned->ifindex,
					     interface->mac, ip);
		else
			sent = announce_ipv6(fd, planned->ifindex,
					     interface->mac, ip);
		if (sent < 0)
			return vr_error_set(err, errno,
					    "cannot announce addresses of %s: %s",
					    interface->ifname, strerror(errno));
	}
	return 0;
}

static int announce_all(void *arg, struct vr_error *err)
{
	const struct plan *plan = arg;
	cleanup_fd int fd = -1;
	unsigned int i;
	int ret = 0;

	/* Of no protocol: it receives nothing. */
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return vr_error_set(err, errno, "cannot announce addresses: %s",
				    strerror(errno));
	for (i = 0; !ret && i < plan->attachment.interface_count; i++)
		ret = announce_interface(fd, plan, i, err);
	return ret;
}

int announce_addresses(const struct podns *podns, const struct plan *plan,
		       struct vr_error *err)
{
	return vr_netns_run(podns->fd, announce_all, (void *)plan, err);
}
