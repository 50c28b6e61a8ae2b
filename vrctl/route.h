/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrctl route
 */
#ifndef VRCTL_ROUTE_H
#define VRCTL_ROUTE_H

#include "command.h"

struct vr_route;

extern const struct vrctl_object vrctl_route;

/* The members of an object that is open. */
void vrctl_route_print(struct print *p, const struct vr_route *route);

#endif /* VRCTL_ROUTE_H */
