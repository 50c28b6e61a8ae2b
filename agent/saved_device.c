// SPDX-License-Identifier: Apache-2.0
/*
 * A device, saved and made again.  What the kernel says in a dump of addresses,
 * routes and neighbours is what it takes as a request, so it is kept as it came.
 * Entry points: saved_device_save(), saved_device_create() and saved_device_configure().
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/netns.h"
#include "saved_device.h"

/* What the kernel finds out by itself, and refuses to be told. */
#define ROUTE_STATE_FLAGS                                                  \
	(RTNH_F_DEAD | RTNH_F_LINKDOWN | RTNH_F_UNRESOLVED | RTNH_F_TRAP | \
	 RTNH_F_OFFLOAD)
#define DEVICE_FLAGS (IFF_UP | IFF_PROMISC | IFF_ALLMULTI | IFF_NOARP)
#define VALUE_BYTES 256

static const char *const sysctl_folders[] = { "ipv4/conf", "ipv4/neigh",
					      "ipv6/conf", "ipv6/neigh" };

/* --- saving */

static int take_link(const struct nlmsghdr *hdr, void *arg,
		     struct vr_error *err)
{
	struct ifinfomsg *info = nlmsg_data(hdr);
	struct nlattr *tb[IFLA_MAX + 1];
	struct saved_device *device = arg;

	if (hdr->nlmsg_type != RTM_NEWLINK)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)hdr, sizeof(*info), tb, IFLA_MAX,
			NULL))
		return vr_error_set(err, EBADMSG,
				    "the kernel's answer is malformed");
	device->ifindex = info->ifi_index;
	device->flags = info->ifi_flags & DEVICE_FLAGS;
	if (tb[IFLA_IFNAME])
		nla_strlcpy(device->ifname, tb[IFLA_IFNAME],
			    sizeof(device->ifname));
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == VR_MAC_LEN)
		memcpy(device->mac, nla_data(tb[IFLA_ADDRESS]), VR_MAC_LEN);
	if (tb[IFLA_MTU])
		device->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_TXQLEN])
		device->queue_len = nla_get_u32(tb[IFLA_TXQLEN]);
	if (tb[IFLA_GROUP])
		device->group = nla_get_u32(tb[IFLA_GROUP]);
	if (tb[IFLA_MASTER])
		device->master = nla_get_u32(tb[IFLA_MASTER]);
	return 0;
}

static int save_link(struct saved_device *device, uint32_t ifindex,
		     struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_index = ifindex };

	vr_msg_start(&msg, RTM_GETLINK, 0, &info, sizeof(info));
	vr_msg_put_u32(&msg, IFLA_EXT_MASK, NULL, RTEXT_FILTER_SKIP_STATS);
	return vr_nl_call(&device->podns->nl, &msg, take_link, device, err);
}

static int keep(struct saved_device *device, const struct nlmsghdr *hdr,
		struct vr_error *err)
{
	struct saved_message *message;
	size_t len = nlmsg_datalen(hdr);
	void *data = malloc(len);

	if (!data)
		return vr_error_memory(err);
	message = vr_list_grow(&device->messages, &device->message_count,
			       sizeof(*message));
	if (!message) {
		free(data);
		return vr_error_memory(err);
	}
	memcpy(data, nlmsg_data(hdr), len);
	*message = (struct saved_message){
		.type = hdr->nlmsg_type,
		.data = data,
		.len = len,
	};
	return 0;
}

static int take_address(const struct nlmsghdr *hdr, void *arg,
			struct vr_error *err)
{
	const struct ifaddrmsg *info = nlmsg_data(hdr);
	struct saved_device *device = arg;

	if (hdr->nlmsg_type != RTM_NEWADDR ||
	    info->ifa_index != device->ifindex)
		return 0;
	return keep(device, hdr, err);
}

/* Whether one of several next hops is by the device; cleans their flags. */
static bool next_hops_use(struct nlattr *list, uint32_t ifindex)
{
	struct rtnexthop *hop = nla_data(list);
	int len = nla_len(list);
	bool found = false;

	while (RTNH_OK(hop, len)) {
		found |= hop->rtnh_ifindex == (int)ifindex;
		hop->rtnh_flags &= ~ROUTE_STATE_FLAGS;
		len -= RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return found;
}

static int take_route(const struct nlmsghdr *hdr, void *arg,
		      struct vr_error *err)
{
	struct rtmsg *info = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];
	struct saved_device *device = arg;
	bool uses;

	/* The kernel makes its own with the addresses. */
	if (hdr->nlmsg_type != RTM_NEWROUTE ||
	    info->rtm_protocol == RTPROT_KERNEL ||
	    info->rtm_flags & RTM_F_CLONED)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)hdr, sizeof(*info), tb, RTA_MAX,
			NULL))
		return vr_error_set(err, EBADMSG,
				    "the kernel's answer is malformed");
	uses = tb[RTA_OIF] && nla_get_u32(tb[RTA_OIF]) == device->ifindex;
	if (tb[RTA_MULTIPATH])
		uses |= next_hops_use(tb[RTA_MULTIPATH], device->ifindex);
	info->rtm_flags &= ~ROUTE_STATE_FLAGS;
	return uses ? keep(device, hdr, err) : 0;
}

static int take_neighbour(const struct nlmsghdr *hdr, void *arg,
			  struct vr_error *err)
{
	const struct ndmsg *info = nlmsg_data(hdr);
	struct saved_device *device = arg;

	if (hdr->nlmsg_type != RTM_NEWNEIGH ||
	    info->ndm_ifindex != (int)device->ifindex ||
	    !(info->ndm_state & NUD_PERMANENT) ||
	    info->ndm_type == RTN_MULTICAST)
		return 0;
	return keep(device, hdr, err);
}

static int save_messages(struct saved_device *device, struct vr_error *err)
{
	static const struct {
		uint16_t type;
		size_t header;
		vr_nl_cb take;
	} dumps[] = {
		{ RTM_GETADDR, sizeof(struct ifaddrmsg), take_address },
		{ RTM_GETROUTE, sizeof(struct rtmsg), take_route },
		{ RTM_GETNEIGH, sizeof(struct ndmsg), take_neighbour },
	};
	/* The longest of the headers, all zero: of any family. */
	static const struct rtmsg any = { .rtm_family = AF_UNSPEC };
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(dumps); i++) {
		cleanup_msg struct vr_msg msg = VR_MSG_INIT;

		vr_msg_start(&msg, dumps[i].type, 0, &any, dumps[i].header);
		ret = vr_nl_dump(&device->podns->nl, &msg, dumps[i].take,
				 device, err);
	}
	return ret;
}

/* Return: whether it could be read. */
static bool read_value(const char *path, char value[VALUE_BYTES])
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, value, VALUE_BYTES - 1);

	if (len < 0)
		return false;
	value[len] = '\0';
	return true;
}

static int save_sysctl(struct saved_device *device, const char *folder,
		       const char *name, struct vr_error *err)
{
	char path[384], value[VALUE_BYTES], standard[VALUE_BYTES];
	struct saved_sysctl *sysctl;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/default/%s", folder,
		 name);
	/* What a new device has by itself is not told. Not all have a default. */
	if (!read_value(path, standard))
		standard[0] = '\0';
	snprintf(path, sizeof(path), "/proc/sys/net/%s/%s/%s", folder,
		 device->ifname, name);
	if (!read_value(path, value) || !strcmp(value, standard))
		return 0;
	sysctl = vr_list_grow(&device->sysctls, &device->sysctl_count,
			      sizeof(*sysctl));
	if (!sysctl)
		return vr_error_memory(err);
	sysctl->path = strdup(path);
	sysctl->value = strdup(value);
	return sysctl->path && sysctl->value ? 0 : vr_error_memory(err);
}

static int save_sysctls(void *arg, struct vr_error *err)
{
	struct saved_device *device = arg;
	struct dirent *entry;
	char path[96];
	unsigned int i;
	int ret = 0;
	DIR *dir;

	for (i = 0; !ret && i < ARRAY_SIZE(sysctl_folders); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/%s/%s",
			 sysctl_folders[i], device->ifname);
		dir = opendir(path);
		/* Without IPv6 there is none. */
		while (dir && !ret && (entry = readdir(dir))) {
			if (entry->d_name[0] != '.')
				ret = save_sysctl(device, sysctl_folders[i],
						  entry->d_name, err);
		}
		if (dir)
			closedir(dir);
	}
	return ret;
}

int saved_device_save(struct saved_device *device, struct podns *podns,
		      uint32_t ifindex, struct vr_error *err)
{
	int ret;

	*device = (struct saved_device){ .podns = podns };
	ret = save_link(device, ifindex, err);
	if (!ret)
		ret = save_messages(device, err);
	if (!ret)
		ret = vr_netns_run(podns->fd, save_sysctls, device, err);
	return ret;
}

/* --- making */

static int create(const struct saved_device *device, struct podns *own,
		  const char *ifname, uint32_t ifindex, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_index = ifindex };

	vr_msg_start(&msg, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info,
		     sizeof(info));
	vr_msg_put_string(&msg, IFLA_IFNAME, "name", ifname);
	vr_msg_put_mac(&msg, IFLA_ADDRESS, "mac", device->mac);
	vr_msg_put_u32(&msg, IFLA_MTU, "mtu", device->mtu);
	vr_msg_put_u32(&msg, IFLA_TXQLEN, NULL, device->queue_len);
	vr_msg_put_u32(&msg, IFLA_GROUP, NULL, device->group);
	vr_msg_nest(&msg, IFLA_LINKINFO, NULL);
	vr_msg_put_string(&msg, IFLA_INFO_KIND, "type", "vr");
	vr_msg_end(&msg);
	return vr_nl_call(&own->nl, &msg, NULL, NULL, err);
}

/* Into its namespace, by its name and index there. */
static int move(const struct saved_device *device, struct podns *own,
		uint32_t ifindex, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = { .ifi_index = ifindex };

	vr_msg_start(&msg, RTM_NEWLINK, 0, &info, sizeof(info));
	vr_msg_put_u32(&msg, IFLA_NET_NS_FD, NULL, device->podns->fd);
	vr_msg_put_u32(&msg, IFLA_NEW_IFINDEX, NULL, device->ifindex);
	vr_msg_put_string(&msg, IFLA_IFNAME, "name", device->ifname);
	return vr_nl_call(&own->nl, &msg, NULL, NULL, err);
}

int saved_device_create(const struct saved_device *device, struct podns *own,
			struct vr_error *err)
{
	struct podns_link link = { 0 };
	char temporary[IFNAMSIZ];
	int ret;

	if (device->podns->fd < 0)
		return create(device, own, device->ifname, device->ifindex,
			      err);
	/*
	 * A request for another namespace has its index looked up in ours, where
	 * it is another device's.
	 */
	snprintf(temporary, sizeof(temporary), "vrp%d", (int)getpid());
	ret = create(device, own, temporary, 0, err);
	if (!ret)
		ret = podns_link_find(own, temporary, &link, err);
	if (ret)
		return ret;
	ret = move(device, own, link.ifindex, err);
	if (ret)
		podns_link_delete(own, link.ifindex, NULL);
	return ret;
}

static int write_sysctls(void *arg, struct vr_error *err)
{
	const struct saved_device *device = arg;
	const struct saved_sysctl *sysctl;
	char value[VALUE_BYTES];
	unsigned int i;
	int ret = 0, fd;

	for (i = 0; i < device->sysctl_count; i++) {
		sysctl = &device->sysctls[i];
		/* Some follow from others, and some cannot be written. */
		if (read_value(sysctl->path, value) &&
		    !strcmp(value, sysctl->value))
			continue;
		fd = open(sysctl->path, O_WRONLY | O_CLOEXEC);
		if ((fd < 0 ||
		     write(fd, sysctl->value, strlen(sysctl->value)) < 0) &&
		    !ret)
			ret = vr_error_set(err, errno, "%s: %s", sysctl->path,
					   strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	return ret;
}

/* Return: 0, also when it is there already. */
static int tell(const struct saved_device *device,
		const struct saved_message *message, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	int ret;

	vr_msg_start(&msg, message->type, NLM_F_CREATE | NLM_F_EXCL,
		     message->data, message->len);
	ret = vr_nl_call(&device->podns->nl, &msg, NULL, NULL, err);
	return ret == -EEXIST ? 0 : ret;
}

static int tell_all(const struct saved_device *device, uint16_t type,
		    struct vr_error *err)
{
	unsigned int i;
	int ret = 0, now;

	for (i = 0; i < device->message_count; i++) {
		if (device->messages[i].type != type)
			continue;
		now = tell(device, &device->messages[i], ret ? NULL : err);
		ret = ret ? ret : now;
	}
	return ret;
}

/* A gateway's own route comes first, whichever order the dump had. */
static int tell_routes(const struct saved_device *device, struct vr_error *err)
{
	unsigned int i, told = 0, before;
	bool done[device->message_count + 1];
	int ret;

	memset(done, 0, sizeof(done));
	do {
		before = told;
		ret = 0;
		for (i = 0; i < device->message_count; i++) {
			if (done[i] || device->messages[i].type != RTM_NEWROUTE)
				continue;
			done[i] = !tell(device, &device->messages[i],
					ret ? NULL : err);
			ret = done[i] ? ret : -EIO;
			told += done[i];
		}
	} while (ret && told > before);
	return ret;
}

static int set_link(const struct saved_device *device, uint32_t flags,
		    uint32_t master, struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg info = {
		.ifi_index = device->ifindex,
		.ifi_flags = flags,
		.ifi_change = flags,
	};

	vr_msg_start(&msg, RTM_NEWLINK, 0, &info, sizeof(info));
	if (master)
		vr_msg_put_u32(&msg, IFLA_MASTER, "master", master);
	else /* its network's since it was attached */
		vr_msg_put_u32(&msg, IFLA_MTU, "mtu", device->mtu);
	return vr_nl_call(&device->podns->nl, &msg, NULL, NULL, err);
}

/* Keep the first error, go on. */
static int first(int ret, int now, struct vr_error *err,
		 const struct vr_error *problem)
{
	if (!ret && now && err)
		*err = *problem;
	return ret ? ret : now;
}

int saved_device_configure(const struct saved_device *device,
			   struct vr_error *err)
{
	struct vr_error problem = { 0 };
	int ret = 0;

	if (device->master)
		ret = first(ret, set_link(device, 0, device->master, &problem),
			    err, &problem);
	ret = first(ret,
		    vr_netns_run(device->podns->fd, write_sysctls,
				 (void *)device, &problem),
		    err, &problem);
	ret = first(ret, tell_all(device, RTM_NEWADDR, &problem), err,
		    &problem);
	ret = first(ret, set_link(device, device->flags, 0, &problem), err,
		    &problem);
	ret = first(ret, tell_routes(device, &problem), err, &problem);
	return first(ret, tell_all(device, RTM_NEWNEIGH, &problem), err,
		     &problem);
}

void saved_device_free(struct saved_device *device)
{
	unsigned int i;

	for (i = 0; i < device->message_count; i++)
		free(device->messages[i].data);
	for (i = 0; i < device->sysctl_count; i++) {
		free(device->sysctls[i].path);
		free(device->sysctls[i].value);
	}
	free(device->messages);
	free(device->sysctls);
	*device = (struct saved_device){ 0 };
}
