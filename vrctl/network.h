/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrctl network
 */
#ifndef VRCTL_NETWORK_H
#define VRCTL_NETWORK_H

#include "command.h"

struct vr_network;

extern const struct vrctl_object vrctl_network;

/* The members of an object that is open. */
void vrctl_network_print(struct print *p, const struct vr_network *network);

#endif /* VRCTL_NETWORK_H */
