/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrctl endpoint
 */
#ifndef VRCTL_ENDPOINT_H
#define VRCTL_ENDPOINT_H

#include "command.h"

struct vr_endpoint;

extern const struct vrctl_object vrctl_endpoint;

/* The members of an object that is open. */
void vrctl_endpoint_print(struct print *p, const struct vr_endpoint *endpoint);

#endif /* VRCTL_ENDPOINT_H */
