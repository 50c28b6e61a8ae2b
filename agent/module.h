/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loaded kernel module: whether this agent can work with it, and another one
 * in its place.
 */
#ifndef VR_AGENT_MODULE_H
#define VR_AGENT_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/error.h"
#include "../lib/netlink.h"

/* Text of a version. */
#define MODULE_VERSION_TEXT 64

/**
 * module_compare() - Can this agent work with a module?
 * @version: of the module, "" when it is not known
 * @contract: the version of the contract it speaks
 * @differs: it is another version, with which the agent works all the same
 *
 * Return: 0, or -EPROTO and what is to be done in @err.
 */
int module_compare(const char *version, unsigned int contract, bool *differs,
		   struct vr_error *err);

/**
 * module_check() - The same, of the loaded one
 *
 * Another version is told in the log.
 */
int module_check(struct vr_nl *router, struct vr_error *err);

/* The version of the loaded module, "" when there is none. */
void module_version(char version[MODULE_VERSION_TEXT]);

bool module_is_loaded(void);

/**
 * module_find() - Path of the module that is installed for this kernel
 *
 * Return: a string to free(), or NULL.
 */
char *module_find(struct vr_error *err);

/**
 * module_try() - Would the kernel take this file?
 *
 * While a module of the name is loaded the kernel looks at signature and version
 * of a second one before it says that there is one already.
 */
int module_try(const char *path, struct vr_error *err);

/* Load a file. One that is loaded already is -EEXIST. */
int module_load(const char *path, struct vr_error *err);

/**
 * module_unload() - Unload it
 *
 * Return: 0, -EWOULDBLOCK when it is used and still so a second later, or another
 * negative errno.
 */
int module_unload(struct vr_error *err);

#endif /* VR_AGENT_MODULE_H */
