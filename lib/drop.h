/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drop counters of the instance or of a port.
 */
#ifndef VR_LIB_DROP_H
#define VR_LIB_DROP_H

#include <linux/vr.h>
#include <stdint.h>

#include "error.h"
#include "netlink.h"

struct nlattr;

/**
 * struct vr_drop - how many packets were dropped for a reason
 * @set: see field.h, bits are VR_A_DROP_*
 * @reason: VR_DROP_REASON_*, or one that a newer module knows
 * @name: the reason's name as the module has it
 * @packets: dropped so far
 */
struct vr_drop {
	uint64_t set;
	uint32_t reason;
	char name[64];
	uint64_t packets;
};

/* Parse the attributes of a message or a nest. Return: 0 or -EBADMSG. */
int vr_drop_parse(const struct nlattr *attrs, int len, struct vr_drop *drop,
		  struct vr_error *err);

typedef int (*vr_drop_cb)(const struct vr_drop *drop, void *arg,
			  struct vr_error *err);

/* Go over the instance's counters. Return: 0 or a negative errno. */
int vr_drop_dump(struct vr_nl *nl, vr_drop_cb cb, void *arg,
		 struct vr_error *err);

#endif /* VR_LIB_DROP_H */
