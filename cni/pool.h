/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_POOL_H
#define VR_CNI_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "../lib/address.h"
#include "../lib/error.h"
#include "../lib/field.h"
#include "route.h"

/**
 * struct pool_range - addresses in a row
 * @subnet: they are of, masked
 * @start, @end: the first and the last
 * @gateway: of the subnet, never handed out
 */
struct pool_range {
	struct vr_prefix subnet;
	struct vr_ip start;
	struct vr_ip end;
	struct vr_ip gateway;
};

/* Ranges of one family, out of which an interface gets one address. */
struct pool_set {
	struct pool_range *ranges;
	unsigned int count;
};

/**
 * struct pool - what "ipam" of type vr or vr-agent says, with host-local's keys
 * @type: which of the two
 * @network: name of the network, which is that of the store
 * @folder: the stores of all networks
 * @sets: one address out of each; of type vr-agent there may be none
 * @asked: addresses that are asked for
 * @routes: for the result
 */
struct pool {
	const char *type;
	const char *network;
	const char *folder;
	struct pool_set *sets;
	unsigned int set_count;
	struct vr_ip_list asked;
	struct cni_routes routes;
};

#define POOL_FOLDER "/var/lib/vr/ipam"
#define cleanup_pool __attribute__((cleanup(pool_free)))

/**
 * pool_parse_store() - Read where the addresses are kept, and no more
 * @conf: the whole configuration of the IPAM plugin, which owns the strings
 */
int pool_parse_store(const cJSON *conf, struct pool *pool,
		     struct vr_error *err);

/**
 * pool_parse() - Read the configuration of an IPAM plugin as host-local does
 * @conf: the whole of it, which owns the strings
 * @args: CNI_ARGS, of which IP counts
 *
 * Ranges of runtimeConfig come before those of "ipam". Refusals have CNI code
 * 7, or 4 for CNI_ARGS; free @pool after one too.
 */
int pool_parse(const cJSON *conf, const char *args, struct pool *pool,
	       struct vr_error *err);

void pool_free(struct pool *pool);

/* The range of a set that an address is in, or NULL. */
const struct pool_range *pool_range_of(const struct pool_set *set,
				       const struct vr_ip *ip);

/**
 * pool_reserved() - Why an address of a set is for no container
 *
 * Return: what it is, or NULL when it can be handed out.
 */
const char *pool_reserved(const struct pool_set *set, const struct vr_ip *ip);

/**
 * pool_next() - The address after one, from the last on to the first again
 * @ip: one of the set; any other counts as the last
 *
 * What is reserved is left out.
 *
 * Return: false when there is none at all.
 */
bool pool_next(const struct pool_set *set, struct vr_ip *ip);

#endif
