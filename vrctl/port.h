/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrctl port
 */
#ifndef VRCTL_PORT_H
#define VRCTL_PORT_H

#include "command.h"

struct vr_port;

extern const struct vrctl_object vrctl_port;

/* The members of an object that is open. */
void vrctl_port_print(struct print *p, const struct vr_port *port, bool stats);

#endif /* VRCTL_PORT_H */
