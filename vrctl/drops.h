/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrctl drops
 */
#ifndef VRCTL_DROPS_H
#define VRCTL_DROPS_H

#include "command.h"

struct vr_drop;

extern const struct vrctl_object vrctl_drops;

/* The members of an object that is open, in text behind @before. */
void vrctl_drop_print(struct print *p, const char *before,
		      const struct vr_drop *drop);

#endif /* VRCTL_DROPS_H */
