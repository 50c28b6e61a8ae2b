// SPDX-License-Identifier: Apache-2.0
/*
 * Definitions of networks: files of operators.
 */
#include "cni/definition.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct definition definition = { 0 };
	cleanup_json cJSON *json = fuzz_json(data, size);
	struct vr_error err = { 0 };
	unsigned int i;
	int ret;

	if (!json)
		return 0;
	ret = definition_parse(json, "n", "input", &definition, &err);
	fuzz_refusal(ret, &err);
	for (i = 0; !ret && i < definition.network.subnet_count; i++)
		fuzz_assert(definition.network.subnets[i].length <= 128);
	definition_free(&definition);
	return 0;
}
