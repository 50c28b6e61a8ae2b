// SPDX-License-Identifier: Apache-2.0
/*
 * Interfaces with a device on the host: veth pairs whose host end is the port.
 * Entry points: tap_create() and tap_delete().
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "../lib/hash.h"
#include "../lib/port.h"
#include "code.h"
#include "router.h"
#include "tap.h"

#define ATTEMPTS 16

/* It need not stand an attack, as a name that is taken is tried on. */
static uint64_t hash(uint64_t value, const char *text)
{
	/* The zero byte too: "a" and "bc" are not "ab" and "c". */
	return vr_hash(value, text, strlen(text) + 1);
}

void tap_name(const char *container_id, const char *ifname,
	      unsigned int attempt, char name[IFNAMSIZ])
{
	uint64_t value = VR_HASH_START;

	value = hash(hash(value, container_id), ifname);
	while (attempt-- > 0)
		value = hash(value, ifname);
	snprintf(name, IFNAMSIZ, "tap%012llx",
		 (unsigned long long)(value ^ value >> 48) & 0xffffffffffff);
}

static bool is_taken_here(const struct attachment *attachment,
			  const struct attachment_interface *interface,
			  const char *name)
{
	unsigned int i;

	for (i = 0; i < attachment->interface_count; i++) {
		if (&attachment->interfaces[i] != interface &&
		    !strcmp(attachment->interfaces[i].host_ifname, name))
			return true;
	}
	return false;
}

int tap_choose_name(struct podns *host, const struct attachment *attachment,
		    struct attachment_interface *interface,
		    struct vr_error *err)
{
	struct podns_link link;
	unsigned int i;
	int ret;

	for (i = 0; i < ATTEMPTS; i++) {
		tap_name(attachment->container_id, interface->ifname, i,
			 interface->host_ifname);
		ret = podns_link_find(host, interface->host_ifname, &link, err);
		if (ret)
			return ret;
		if (!link.ifindex && !is_taken_here(attachment, interface,
						    interface->host_ifname))
			return 0;
	}
	return cni_fail(
		err, CNI_ROUTER,
		"interface %s: no name is left for its host end, %s is taken too",
		interface->ifname, interface->host_ifname);
}

/* That of the container's end, but for the first byte, as libvirt does. */
void tap_mac(const struct attachment_interface *interface,
	     uint8_t mac[VR_MAC_LEN])
{
	memcpy(mac, interface->mac, VR_MAC_LEN);
	mac[0] = mac[0] == 0xfe ? 0xfa : 0xfe;
}

static void put_peer(struct vr_msg *msg, const struct podns *podns,
		     const struct attachment_interface *interface)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };

	vr_msg_nest(msg, VETH_INFO_PEER, NULL);
	if (!msg->error &&
	    nlmsg_append(msg->nl, &info, sizeof(info), NLMSG_ALIGNTO) < 0)
		msg->error = ENOMEM;
	vr_msg_put_string(msg, IFLA_IFNAME, "name", interface->ifname);
	vr_msg_put_mac(msg, IFLA_ADDRESS, "mac", interface->mac);
	vr_msg_put_u32(msg, IFLA_NET_NS_FD, NULL, podns->fd);
	vr_msg_end(msg);
}

int tap_create(struct podns *host, const struct podns *podns,
	       const struct attachment_interface *interface,
	       struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	uint8_t mac[VR_MAC_LEN];
	int ret;

	tap_mac(interface, mac);
	vr_msg_start(&msg, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info,
		     sizeof(info));
	vr_msg_put_string(&msg, IFLA_IFNAME, "name", interface->host_ifname);
	vr_msg_put_mac(&msg, IFLA_ADDRESS, "mac", mac);
	vr_msg_nest(&msg, IFLA_LINKINFO, NULL);
	vr_msg_put_string(&msg, IFLA_INFO_KIND, "type", "veth");
	vr_msg_nest(&msg, IFLA_INFO_DATA, NULL);
	put_peer(&msg, podns, interface);
	vr_msg_end(&msg);
	vr_msg_end(&msg);
	ret = vr_nl_call(&host->nl, &msg, NULL, NULL, err);
	if (!ret)
		ret = podns_disable_ipv6(host, interface->host_ifname, err);
	return ret;
}

int tap_up(struct podns *host, const struct attachment_interface *interface,
	   uint32_t mtu, struct vr_error *err)
{
	struct podns_link link;
	int ret;

	ret = podns_link_find(host, interface->host_ifname, &link, err);
	if (!ret)
		ret = podns_link_up(host, link.ifindex, mtu, err);
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "host end %s",
				interface->host_ifname);
	return 0;
}

/*
 * The end that was set up first notices the other one by a work item, and
 * drops what it is to send until then.  Who asks whether it has a carrier gets
 * that done before the answer.
 */
void tap_carry(const struct attachment_interface *interface)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GLINK };
	struct ifreq request = { .ifr_data = (void *)&value };
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s",
		 interface->host_ifname);
	/* If it fails, the work item is a moment later. */
	if (fd >= 0)
		ioctl(fd, SIOCETHTOOL, &request);
}

/* By its MAC, or when that was changed, by what its port is for. */
static int is_ours(const struct attachment *attachment,
		   const struct attachment_interface *interface,
		   struct vr_nl *nl, const struct podns *own,
		   const struct podns_link *link, bool *ours,
		   struct vr_error *err)
{
	uint8_t mac[VR_MAC_LEN];

	tap_mac(interface, mac);
	*ours = !strcmp(link->kind, "veth") &&
		!memcmp(link->mac, mac, VR_MAC_LEN);
	if (*ours || strcmp(link->kind, "veth") != 0)
		return 0;
	return router_is_made_for(nl, own, interface->host_ifname,
				  attachment->container_id, interface->ifname,
				  ours, err);
}

int tap_delete(const struct attachment *attachment,
	       const struct attachment_interface *interface, struct vr_nl *nl,
	       struct vr_error *err)
{
	cleanup_podns struct podns host = PODNS_INIT;
	struct podns_link link;
	bool ours;
	int ret;

	ret = podns_open_own(&host, err);
	if (!ret)
		ret = podns_link_find(&host, interface->host_ifname, &link,
				      err);
	if (ret || !link.ifindex)
		return ret;
	ret = is_ours(attachment, interface, nl, &host, &link, &ours, err);
	if (!ret && ours)
		ret = podns_link_delete(&host, link.ifindex, err);
	return ret;
}
