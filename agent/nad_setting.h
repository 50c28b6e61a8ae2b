/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of a network, each by its key.
 */
#ifndef VR_AGENT_NAD_SETTING_H
#define VR_AGENT_NAD_SETTING_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/address.h"
#include "../lib/error.h"
#include "nad.h"

#define NAD_MAX_CIDRS 8

/**
 * struct nad_settings - what was read so far
 * @spec: of the Network object
 * @cidrs: with the gateway as address, once it is known
 * @has_gateway: of each
 * @last_host: gateways that are not given are the last address, not the first
 * @reason: why the last one was refused, in a word
 */
struct nad_settings {
	const struct nad_rules *rules;
	cJSON *spec;
	struct vr_prefix cidrs[NAD_MAX_CIDRS];
	bool has_gateway[NAD_MAX_CIDRS];
	unsigned int cidr_count;
	bool last_host;
	uint32_t vni;
	bool has_ipam;
	const char *reason;
};

/* The key of a setting in the order they have to be read; NULL after the last. */
const char *nad_setting_key(unsigned int index);

/* The index of a key that there is. */
unsigned int nad_setting_index(const char *key);

/* An "ipam" object, as authors may write it.  @where: what it is in, @name there. */
int nad_setting_check_ipam(struct nad_settings *settings, const char *where,
			   const char *name, const cJSON *ipam,
			   struct vr_error *err);

/**
 * nad_setting_read() - Read one
 * @index: of its key
 * @where: what it is in, and @name it there, for the error message
 * @value: JSON as such, or as a string
 *
 * Return: 0, or negative, and @settings has the reason.
 */
int nad_setting_read(struct nad_settings *settings, unsigned int index,
		     const char *where, const char *name, const cJSON *value,
		     struct vr_error *err);

/* Contrail's: one prefix, the gateway is its last host. */
int nad_setting_read_contrail_cidr(struct nad_settings *settings,
				   const char *where, const char *name,
				   const cJSON *value, struct vr_error *err);

/* What needs all of them: subnets, IPAM, and that it fits together. */
int nad_settings_finish(struct nad_settings *settings, struct vr_error *err);

#endif /* VR_AGENT_NAD_SETTING_H */
