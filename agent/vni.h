/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which VNI a network gets.
 */
#ifndef VR_AGENT_VNI_H
#define VR_AGENT_VNI_H

#include <stdbool.h>
#include <stdint.h>

/* From @first to @last; none when both are 0. */
struct vni_range {
	uint32_t first;
	uint32_t last;
};

/* "FIRST-LAST", or one. Return: false when it is neither. */
bool vni_range_parse(const char *text, struct vni_range *range);

/**
 * vni_choose() - The first that nobody has
 * @used: those that somebody has, in any order; sorted afterwards
 *
 * Return: 0 when there is none.
 */
uint32_t vni_choose(const struct vni_range *range, uint32_t *used,
		    unsigned int count);

#endif /* VR_AGENT_VNI_H */
