/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_BANDWIDTH_H
#define VR_CNI_BANDWIDTH_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "../lib/port.h"

/* A rate in bits per second, 0 for none, and its burst in bits, 0 if any. */
struct bandwidth_limit {
	uint64_t rate;
	uint64_t burst;
};

/**
 * struct bandwidth - the limits of an interface
 * @ingress: of what goes to the container
 * @egress: of what comes from it
 */
struct bandwidth {
	struct bandwidth_limit ingress;
	struct bandwidth_limit egress;
};

/**
 * bandwidth_parse() - Parse the key "bandwidth" of an object
 * @where: what @object is, for the error message
 *
 * Leaves @bandwidth as it is when the key is absent.  Refusals have CNI code 7
 * (a value), or 2 (a key that is not known).
 */
int bandwidth_parse(const cJSON *object, const char *where,
		    struct bandwidth *bandwidth, struct vr_error *err);

/* Is there a limit? */
bool bandwidth_is_limited(const struct bandwidth *bandwidth);

/* As the capability of this name has it. */
cJSON *bandwidth_to_json(const struct bandwidth *bandwidth);

/* Put the limits into the request for a port. */
void bandwidth_fill(const struct bandwidth *bandwidth, struct vr_port *port);

#endif
