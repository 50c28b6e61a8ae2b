// SPDX-License-Identifier: Apache-2.0
/*
 * CNI_ARGS, and what is left of it for all interfaces but the first.
 */
#include "cni/environment.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct environment_args args, others = { 0 };
	struct vr_error err = { 0 };
	char *text = fuzz_text(data, size);
	char *rest;
	int ret;

	ret = environment_parse_args(text, &args, &err);
	fuzz_refusal(ret, &err);
	rest = environment_args_of_others(text);
	fuzz_assert(rest && strlen(rest) <= strlen(text));
	if (!ret) {
		fuzz_assert(!environment_parse_args(rest, &others, &err));
		fuzz_assert(!others.mac[0]);
	}
	free(rest);
	free(text);
	return 0;
}
