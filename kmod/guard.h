/* SPDX-License-Identifier: GPL-2.0-only */
/* Source checks: what a port may send. */
#ifndef VR_GUARD_H
#define VR_GUARD_H

#include "drop.h"

struct sk_buff;
struct vr_packet;

/* Borrows @skb. Returns why it may not come in, or 0. Caller holds RCU. */
enum vr_drop_reason vr_guard(struct sk_buff *skb,
			     const struct vr_packet *packet);

#endif /* VR_GUARD_H */
