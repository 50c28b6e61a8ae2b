/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of prefixes, and the fewest that cover the same.
 */
#ifndef VR_AGENT_PREFIXES_H
#define VR_AGENT_PREFIXES_H

#include "../lib/address.h"

/* All zero is none; prefixes_free() gives it back. */
struct prefixes {
	struct vr_prefix *items;
	unsigned int count;
};

/* One of family AF_UNSPEC is none. Return: 0 or -ENOMEM. */
int prefixes_add(struct prefixes *list, const struct vr_prefix *prefix,
		 struct vr_error *err);

/* A single address. */
int prefixes_add_ip(struct prefixes *list, const struct vr_ip *ip,
		    struct vr_error *err);

/**
 * prefixes_join() - Make it the fewest prefixes of exactly the same addresses
 *
 * Sorted, IPv4 first.  Host bits are cleared.
 */
void prefixes_join(struct prefixes *list);

void prefixes_free(struct prefixes *list);

#endif /* VR_AGENT_PREFIXES_H */
