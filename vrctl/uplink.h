/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrctl uplink
 */
#ifndef VRCTL_UPLINK_H
#define VRCTL_UPLINK_H

#include "command.h"

struct vr_uplink;

extern const struct vrctl_object vrctl_uplink;

/* The members of an object that is open. */
void vrctl_uplink_print(struct print *p, const struct vr_uplink *uplink,
			bool stats);

#endif /* VRCTL_UPLINK_H */
