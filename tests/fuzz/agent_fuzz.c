// SPDX-License-Identifier: Apache-2.0
/*
 * The answer of the node's agent to an ADD for two networks, of which the second
 * has no addresses.
 */
#include "cni/ask.h"
#include "cni/ipam_agent.h"
#include "fuzz.h"

static void check(const cJSON *answer)
{
	struct pool_set set = { 0 };
	struct pool pools[2] = { { .sets = &set, .set_count = 1 }, { 0 } };
	struct ipam_call calls[2] = { 0 };
	struct ipam_call *asked[2] = { &calls[0], &calls[1] };
	struct vr_error err = { 0 };
	unsigned int i;
	int ret;

	ret = ipam_agent_take(answer, asked, pools, 2, &err);
	fuzz_refusal(ret, &err);
	fuzz_assert(ret || calls[0].result.ip_count);
	for (i = 0; i < 2; i++) {
		fuzz_assert(!calls[i].has_mac ||
			    vr_mac_is_station(calls[i].mac));
		result_free(&calls[i].result);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_json cJSON *answer = NULL;
	struct vr_error err = { 0 };
	char *text = fuzz_text(data, size);

	answer = ask_parse(text, size, &err);
	fuzz_refusal(!answer, &err);
	if (answer && !ask_refusal(answer, &err))
		check(answer);
	else
		fuzz_assert(err.text[0] || cni_code(&err) != CNI_OK);
	free(text);
	return 0;
}
