// SPDX-License-Identifier: Apache-2.0
/*
 * The annotation in which a pod names its networks.
 */
#include "cni/definition.h"
#include "cni/environment.h"
#include "cni/pod_networks.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct requests requests = { 0 };
	struct vr_error err = { 0 };
	char *text = fuzz_text(data, size);
	const struct request *request;
	cJSON *json = NULL;
	unsigned int i;
	int ret;

	ret = pod_networks_parse(text, "ns", &requests, &json, &err);
	fuzz_refusal(ret, &err);
	for (i = 0; !ret && i < requests.count; i++) {
		request = &requests.items[i];
		fuzz_assert(definition_name_is_valid(request->network));
		fuzz_assert(strchr(request->network, '.'));
		fuzz_assert(!request->ifname ||
			    !environment_ifname_problem(request->ifname));
	}
	requests_free(&requests);
	cJSON_Delete(json);
	free(text);
	return 0;
}
