/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words vr.yaml has for the values of its enums.
 */
#ifndef VR_LIB_NAMES_H
#define VR_LIB_NAMES_H

#include <stdbool.h>

/**
 * struct vr_names - the words of one enum
 * @count: number of values, which begin at 0
 * @names: the words
 */
struct vr_names {
	unsigned int count;
	const char *const *names;
};

extern const struct vr_names vr_origin_names;
extern const struct vr_names vr_port_kind_names;
extern const struct vr_names vr_endpoint_state_names;
extern const struct vr_names vr_nexthop_type_names;
extern const struct vr_names vr_uplink_type_names;
extern const struct vr_names vr_allowed_mode_names;

/* The word of a value, or NULL when a newer module sent what is not known. */
const char *vr_names_text(const struct vr_names *names, unsigned int value);

/* Return: false when no value has this word. */
bool vr_names_parse(const struct vr_names *names, const char *text,
		    unsigned int *value);

#endif /* VR_LIB_NAMES_H */
