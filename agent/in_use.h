/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pods a network has.
 */
#ifndef VR_AGENT_IN_USE_H
#define VR_AGENT_IN_USE_H

#include "cluster.h"

/**
 * in_use_text() - Its pods, for an annotation
 * @requested: only those who asked for it by this other name of it, NULL for all
 *
 * Return: {"count": N, "pods": [ten of them]} to cJSON_free(), NULL for none.
 */
char *in_use_text(const struct cluster_network *network, const char *requested);

#endif /* VR_AGENT_IN_USE_H */
