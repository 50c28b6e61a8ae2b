/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which member of a group gets which flow: weighted rendezvous hashing. Each
 * member bids for each of a fixed number of buckets, by its identity alone;
 * the best bid has the bucket. So a member that comes or goes moves only the
 * flows it gets or had, and all nodes choose alike. Knows neither packets nor
 * next hops.
 *
 * Bids are as good as random. A member that should have the share p of the
 * flows has one that is off by the standard error sqrt(p * (1 - p) /
 * VR_ECMP_BUCKETS): 0.8 percent of all flows for one of two equal members, a
 * quarter of that for one of 64. One that should have less than a bucket's
 * share may have none.
 */
#ifndef VR_ECMP_H
#define VR_ECMP_H

#include <linux/in6.h>
#include <linux/types.h>

#define VR_ECMP_BUCKETS		4096
#define VR_ECMP_MEMBERS		64	/* a bit of a mask for each */

struct vr_ecmp_member {
	u64 identity;
	u16 weight;			/* not 0 */
};

/* Of what a member is known by on every node. Equal bytes, equal bids. */
u64 vr_ecmp_identity(const struct in6_addr *known_by);

/*
 * The best bid for a bucket, as an index. @among has a bit set for each
 * member that may have it, one at least.
 */
unsigned int vr_ecmp_choose(const struct vr_ecmp_member *members, u64 among,
			    unsigned int bucket);

/*
 * Gives each bucket that none of @among has to one of them. The others stay.
 * Readers may look on.
 */
void vr_ecmp_settle(u8 *buckets, const struct vr_ecmp_member *members,
		    u64 among);

/* No member has a bucket yet. */
#define VR_ECMP_NOBODY		VR_ECMP_MEMBERS

#endif /* VR_ECMP_H */
