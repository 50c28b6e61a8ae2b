/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_BOOT_H
#define VR_CNI_BOOT_H

#include <stdbool.h>

#include "environment.h"
#include "netconf.h"

/**
 * boot_begin() - Begin a call that changes something
 * @alone: no other call may change anything at the same time
 *
 * The first one after a reboot takes back what attachments of earlier boots
 * hold, addresses above all; others wait for that. What goes wrong about it is
 * logged and is no reason not to go on.
 *
 * Return: a file descriptor to close when the call is over, or -1.
 */
int boot_begin(const struct environment *env, const struct netconf *netconf,
	       bool alone);

#endif
