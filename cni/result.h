/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_RESULT_H
#define VR_CNI_RESULT_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "../lib/address.h"
#include "../lib/error.h"
#include "netconf.h"
#include "route.h"

/* An interface of a result. Strings are owned. */
struct result_interface {
	char *name;
	char *mac;     /* NULL when not given */
	char *sandbox; /* NULL or empty on the host */
	uint32_t mtu;  /* 0 when not given */
};

struct result_ip {
	struct vr_prefix address;
	struct vr_ip gateway; /* AF_UNSPEC when there is none */
	int interface;	      /* index, -1 when not given */
};

/* What ADD answers, and what an IPAM plugin and prevResult say. */
struct result {
	struct result_interface *interfaces;
	unsigned int interface_count;
	struct result_ip *ips;
	unsigned int ip_count;
	struct cni_routes routes;
	cJSON *dns; /* owned, NULL when there is none */
};

#define cleanup_result __attribute__((cleanup(result_free)))

/**
 * result_parse() - Parse a result of any version
 * @json: the result; those before 0.3.0 have "ip4" and "ip6"
 * @where: whose it is, for the error message
 *
 * An "interface" index that is out of range is refused.
 */
int result_parse(const cJSON *json, const char *where, struct result *result,
		 struct vr_error *err);

/**
 * result_to_json() - Build the result in the shape of a version
 *
 * Return: the tree; NULL when memory is short, or for an address whose
 * interface index is out of range (which makes a runtime crash).
 */
cJSON *result_to_json(const struct result *result, enum netconf_version version,
		      struct vr_error *err);

/**
 * result_add_interface() - Append an interface; strings are copied
 *
 * Return: its index, or negative.
 */
int result_add_interface(struct result *result, const char *name,
			 const char *mac, const char *sandbox, uint32_t mtu,
			 struct vr_error *err);
int result_add_ip(struct result *result, const struct result_ip *ip,
		  struct vr_error *err);

/* Has it an address of this family? */
bool result_has_family(const struct result *result, int family);

/* Is it an interface of the container, and not of the host? */
bool result_is_inside(const struct result_interface *interface);

/* Return: the index of the container's interface of this name, or -1. */
int result_find_inside(const struct result *result, const char *ifname);

void result_free(struct result *result);

#endif
