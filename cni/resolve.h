/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_RESOLVE_H
#define VR_CNI_RESOLVE_H

#include "definitions.h"
#include "netconf.h"
#include "request.h"

#define RESOLVE_NAME_BYTES (VR_MAX_NETWORK_NAME + 1)

/**
 * resolve_network() - Which network does a request mean, and may it have it?
 * @definition: of the network that is meant; for definition_free(), also after an
 *	error
 * @requested: the name it was found by, which is that of another network when
 *	that one is only another name of it
 *
 * The one place where rights are decided. Refusals have CNI code 7.
 */
int resolve_network(const struct netconf *netconf,
		    struct definitions *definitions,
		    const struct request *request,
		    struct definition *definition,
		    char requested[RESOLVE_NAME_BYTES], struct vr_error *err);

#endif
