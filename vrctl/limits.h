/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrctl limits
 */
#ifndef VRCTL_LIMITS_H
#define VRCTL_LIMITS_H

#include "command.h"

extern const struct vrctl_object vrctl_limits;

#endif /* VRCTL_LIMITS_H */
