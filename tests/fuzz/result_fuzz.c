// SPDX-License-Identifier: Apache-2.0
/*
 * Results: prevResult, and what an IPAM plugin prints.  What is accepted can be
 * printed in the shape of each version, and is accepted again.
 */
#include "cni/result.h"
#include "fuzz.h"

static void print_and_parse(const struct result *result,
			    enum netconf_version version)
{
	cleanup_result struct result again = { 0 };
	struct vr_error err = { 0 };
	cleanup_json cJSON *json = result_to_json(result, version, &err);

	fuzz_refusal(!json, &err);
	if (!json)
		return;
	fuzz_assert(!result_parse(json, "printed", &again, &err));
	if (version >= CNI_0_3_0)
		fuzz_assert(again.ip_count == result->ip_count &&
			    again.interface_count == result->interface_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_result struct result result = { 0 };
	cleanup_json cJSON *json = fuzz_json(data, size);
	struct vr_error err = { 0 };
	unsigned int i;
	int ret;

	if (!json)
		return 0;
	ret = result_parse(json, "input", &result, &err);
	fuzz_refusal(ret, &err);
	for (i = 0; !ret && i < result.ip_count; i++)
		fuzz_assert(result.ips[i].interface <
			    (int)result.interface_count);
	for (i = 0; !ret && i < CNI_VERSIONS; i++)
		print_and_parse(&result, (enum netconf_version)i);
	return 0;
}
