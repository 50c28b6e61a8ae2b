/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrctl uplink
 */
#ifndef VRCTL_UPLINK_H
#define VRCTL_UPLINK_H

#include "command.h"

extern const struct vrctl_object vrctl_uplink;

#endif /* VRCTL_UPLINK_H */
