/* SPDX-License-Identifier: GPL-2.0-only */
/* The link-layer address option of neighbour discovery (RFC 4861 4.6.1). */
#ifndef VR_ND_H
#define VR_ND_H

#include <linux/if_ether.h>
#include <linux/types.h>

struct vr_nd_option {
	u8 type;		/* ND_OPT_SOURCE_LL_ADDR, ND_OPT_TARGET_LL_ADDR */
	u8 len;			/* in 8 bytes */
	u8 mac[ETH_ALEN];
};

#endif /* VR_ND_H */
