// SPDX-License-Identifier: Apache-2.0
/*
 * Operations that are about networks and not about a container, passed on to
 * the IPAM plugins of those networks.  Entry points: forward_add() and
 * forward_run().
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/field.h"
#include "code.h"
#include "forward.h"
#include "json.h"
#include "netconf.h"

/* Is it about the same store of addresses? */
static bool is_same(const cJSON *a, const cJSON *b)
{
	return cJSON_Compare(json_item(a, "name"), json_item(b, "name"),
			     true) &&
	       cJSON_Compare(json_item(a, "ipam"), json_item(b, "ipam"), true);
}

int forward_add(struct forward *forward, const cJSON *ipam,
		struct vr_error *err)
{
	struct ipam_call *call;
	unsigned int i;
	cJSON *conf;
	int ret;

	for (i = 0; i < forward->count; i++) {
		if (is_same(forward->calls[i].conf, ipam))
			return 0;
	}
	conf = ipam ? cJSON_Duplicate(ipam, true) : NULL;
	if (!conf)
		return ipam ? vr_error_memory(err) : 0;
	/* Before 1.1.0 there was no such operation. */
	ret = json_replace(conf, "cniVersion",
			   cJSON_CreateString(netconf_versions[CNI_1_1_0]),
			   err);
	call = ret ? NULL
		   : vr_list_grow(&forward->calls, &forward->count,
				  sizeof(*call));
	if (!call) {
		cJSON_Delete(conf);
		return ret ? ret : vr_error_memory(err);
	}
	*call = (struct ipam_call){
		.env = forward->env,
		.command = forward->command,
		.ifname = "",
		.args = "",
		.conf = conf,
	};
	return 0;
}

cJSON *forward_conf(struct forward *forward, unsigned int index)
{
	return (cJSON *)forward->calls[index].conf;
}

void forward_run(struct forward *forward, unsigned int seconds)
{
	struct vr_error problem = { 0 };
	unsigned int i;

	if (!ipam_run_all(forward->calls, forward->count, seconds, &problem))
		return;
	/* Short of memory none was called, and none has an error of its own. */
	for (i = 0; i < forward->count; i++) {
		if (forward->calls[i].error.errnum)
			return;
	}
	forward->calls[0].error = problem;
}

const struct vr_error *forward_problem(const struct forward *forward,
				       unsigned int index)
{
	const struct ipam_call *call = &forward->calls[index];

	/*
	 * What does not know the operation refuses its version or name, or asks
	 * for the container that neither GC nor STATUS has.
	 */
	if (!call->error.errnum || call->code == CNI_VERSION ||
	    call->code == CNI_ENVIRONMENT ||
	    call->code == CNI_UNKNOWN_CONTAINER)
		return NULL;
	return &call->error;
}

void forward_free(struct forward *forward)
{
	unsigned int i;

	for (i = 0; i < forward->count; i++)
		cJSON_Delete(forward_conf(forward, i));
	ipam_calls_free(forward->calls, forward->count);
}
