/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of other plugins, which users write and nodes run as root.
 */
#ifndef VR_AGENT_NAD_DELEGATE_H
#define VR_AGENT_NAD_DELEGATE_H

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "nad.h"

/**
 * nad_delegate_read() - Check one, and make a list of it
 * @config: a plugin or a list of them
 * @text: gets the list, to cJSON_free()
 *
 * All of its types have to be opened, its IPAM has the keys of our own, and no
 * key is there that would be the node's.
 */
int nad_delegate_read(const cJSON *config, const struct nad_rules *rules,
		      char **text, struct vr_error *err);

#endif /* VR_AGENT_NAD_DELEGATE_H */
