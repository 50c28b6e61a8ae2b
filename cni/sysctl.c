// SPDX-License-Identifier: Apache-2.0
/*
 * Kernel settings of an interface.
 * Entry points: sysctl_parse() and sysctl_write().
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/netns.h"
#include "code.h"
#include "json.h"
#include "sysctl.h"

#define PLACE ".IFNAME."
#define VALUE_BYTES 64

static const char *const groups[] = {
	"net.ipv4.conf",  "net.ipv4.neigh", "net.ipv6.conf",
	"net.ipv6.neigh", "net.mpls.conf",
};

/* What follows the interface in a key, or NULL when it is not of one. */
static const char *setting_of(const char *key)
{
	const char *name;
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		len = strlen(groups[i]);
		if (strncmp(key, groups[i], len) != 0 ||
		    strncmp(key + len, PLACE, strlen(PLACE)) != 0)
			continue;
		name = key + len + strlen(PLACE);
		if (name[0] && strlen(name) < 64 &&
		    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
			    strlen(name))
			return name;
	}
	return NULL;
}

int sysctl_parse(const cJSON *object, const char *where, const cJSON **sysctls,
		 struct vr_error *err)
{
	const cJSON *item;
	int ret;

	ret = json_object(object, where, "sysctls", sysctls, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(item, json_item(object, "sysctls")) {
		if (!setting_of(item->string))
			return json_refuse(
				where, item->string, item,
				"not one of an interface, as net.ipv4.conf.IFNAME.rp_filter",
				err);
		if (!cJSON_IsString(item) || !item->valuestring[0] ||
		    strlen(item->valuestring) > VALUE_BYTES)
			return json_refuse(where, item->string, item,
					   "not a string of 1 to 64 bytes",
					   err);
	}
	return 0;
}

struct writing {
	const char *ifname;
	const cJSON *sysctls;
};

static int write_one(const char *ifname, const cJSON *item,
		     struct vr_error *err)
{
	const char *name = setting_of(item->string);
	const char *value = item->valuestring;
	int group_len = (int)(name - item->string - strlen(PLACE));
	cleanup_fd int fd = -1;
	char path[192];
	char *c;

	snprintf(path, sizeof(path), "/proc/sys/%.*s", group_len, item->string);
	for (c = path; *c; c++) {
		if (*c == '.')
			*c = '/';
	}
	/* The name of the interface may have a dot in it. */
	snprintf(c, sizeof(path) - (c - path), "/%s/%s", ifname, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		return cni_fail(err, CNI_CONFIG,
				"\"sysctls\": \"%s\" is \"%s\", %s: %s",
				item->string, value, path, strerror(errno));
	return 0;
}

static int write_all(void *arg, struct vr_error *err)
{
	const struct writing *writing = arg;
	const cJSON *item;
	int ret;

	cJSON_ArrayForEach(item, writing->sysctls) {
		ret = write_one(writing->ifname, item, err);
		if (ret)
			return ret;
	}
	return 0;
}

int sysctl_write(const struct podns *podns, const char *ifname,
		 const cJSON *sysctls, struct vr_error *err)
{
	struct writing writing = { .ifname = ifname, .sysctls = sysctls };

	if (!sysctls || !sysctls->child)
		return 0;
	return vr_netns_run(podns->fd, write_all, &writing, err);
}
