// SPDX-License-Identifier: Apache-2.0
/*
 * net.ipv4.conf.DEVICE.rp_filter.  Entry point: rp_filter_is_strict().
 */
#define _GNU_SOURCE

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "rp_filter.h"

#define STRICT 1

static bool find_device(const struct vr_ip *ip, char name[IFNAMSIZ])
{
	const struct sockaddr_in *address;
	struct ifaddrs *list, *item;
	bool found = false;

	if (getifaddrs(&list))
		return false;
	for (item = list; item && !found; item = item->ifa_next) {
		address = (const struct sockaddr_in *)item->ifa_addr;
		found = address && address->sin_family == AF_INET &&
			!memcmp(&address->sin_addr, ip->bytes,
				sizeof(address->sin_addr));
		if (found)
			snprintf(name, IFNAMSIZ, "%s", item->ifa_name);
	}
	freeifaddrs(list);
	return found;
}

static int rp_filter_of(const char *device)
{
	cleanup_free char *path = NULL;
	FILE *file;
	int value = 0;

	if (asprintf(&path, "/proc/sys/net/ipv4/conf/%s/rp_filter", device) <
	    0) {
		path = NULL;
		return 0;
	}
	file = fopen(path, "re");
	if (file && fscanf(file, "%d", &value) != 1)
		value = 0;
	if (file)
		fclose(file);
	return value;
}

bool rp_filter_is_strict(const struct vr_ip *ip, char device[IFNAMSIZ])
{
	int all, own;

	if (ip->family != AF_INET || !find_device(ip, device))
		return false;
	all = rp_filter_of("all");
	own = rp_filter_of(device);
	/* The kernel takes the larger one. */
	return (own > all ? own : all) == STRICT;
}
