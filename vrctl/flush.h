/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verb "flush" of networks, ports, endpoints and routes.
 */
#ifndef VRCTL_FLUSH_H
#define VRCTL_FLUSH_H

#include "command.h"

/**
 * vrctl_flush - delete all objects of a kind
 * @kind: VR_A_FLUSH_NETWORKS, _PORTS, _ENDPOINTS or _ROUTES
 *
 * Return: VRCTL_*.
 */
int vrctl_flush(struct vrctl *vrctl, struct args *args, unsigned int kind,
		struct vr_error *err);

#endif /* VRCTL_FLUSH_H */
