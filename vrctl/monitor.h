/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrctl monitor
 */
#ifndef VRCTL_MONITOR_H
#define VRCTL_MONITOR_H

#include "command.h"

extern const struct vrctl_object vrctl_monitor;

#endif /* VRCTL_MONITOR_H */
