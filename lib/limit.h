/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of the instance.
 */
#ifndef VR_LIB_LIMIT_H
#define VR_LIB_LIMIT_H

#include <linux/vr.h>
#include <stdint.h>

#include "error.h"
#include "netlink.h"

struct nlattr;

/**
 * struct vr_limit - how many there may be of something
 * @set: see field.h, bits are VR_A_LIMIT_*
 * @resource: VR_RESOURCE_*, or one that a newer module knows
 * @name: the resource's name as the module has it
 * @max: most there may be
 * @used: how many there are, not given where the limit is per object
 */
struct vr_limit {
	uint64_t set;
	uint32_t resource;
	char name[64];
	uint32_t max;
	uint32_t used;
};

/* Parse the attributes of a message. Return: 0 or -EBADMSG. */
int vr_limit_parse(const struct nlattr *attrs, int len, struct vr_limit *limit,
		   struct vr_error *err);

typedef int (*vr_limit_cb)(const struct vr_limit *limit, void *arg,
			   struct vr_error *err);

/* Go over the limits. Return: 0 or a negative errno. */
int vr_limit_dump(struct vr_nl *nl, vr_limit_cb cb, void *arg,
		  struct vr_error *err);

#endif /* VR_LIB_LIMIT_H */
