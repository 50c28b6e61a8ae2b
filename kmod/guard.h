/* SPDX-License-Identifier: GPL-2.0-only */
/* Source checks: what a port may send. */
#ifndef VR_GUARD_H
#define VR_GUARD_H

#include "drop.h"

struct sk_buff;
struct vr_port;

/* Borrows @skb. Returns why it may not come in, or 0. Caller holds RCU. */
enum vr_drop_reason vr_guard(struct sk_buff *skb,
			     struct vr_port *in);

#endif /* VR_GUARD_H */
