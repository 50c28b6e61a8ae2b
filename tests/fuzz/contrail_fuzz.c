// SPDX-License-Identifier: Apache-2.0
/*
 * The annotations in which a pod names its first network: Contrail's, and that of
 * Multus.
 */
#include "cni/contrail.h"
#include "cni/definition.h"
#include "cni/pod_networks.h"
#include "fuzz.h"

static void check(int ret, struct requests *requests,
		  const struct vr_error *err)
{
	fuzz_refusal(ret, err);
	fuzz_assert(ret || requests->count == 1);
	fuzz_assert(ret ||
		    definition_name_is_valid(requests->items[0].network));
	fuzz_assert(ret || !requests->items[0].fallback ||
		    definition_name_is_valid(requests->items[0].fallback));
	requests_free(requests);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct requests requests = { 0 };
	struct vr_error err = { 0 };
	char *text = fuzz_text(data, size);
	cJSON *json = NULL;

	check(contrail_parse(text, "k8s", &requests, &err), &requests, &err);
	err = (struct vr_error){ 0 };
	check(pod_networks_parse_default(text, &requests, &json, &err),
	      &requests, &err);
	cJSON_Delete(json);
	free(text);
	return 0;
}
