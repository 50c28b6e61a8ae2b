// SPDX-License-Identifier: Apache-2.0
/*
 * State files, which a crash may have cut off.  What is accepted is written and
 * read again as the same.
 */
#include "cni/attachment.h"
#include "cni/environment.h"
#include "fuzz.h"

static void check(const struct attachment *attachment)
{
	cleanup_attachment struct attachment again = { 0 };
	cleanup_json cJSON *first = NULL, *second = NULL;
	cleanup_json_text char *written = NULL, *rewritten = NULL;
	struct vr_error err = { 0 };

	first = attachment_to_json(attachment);
	fuzz_assert(!attachment_from_json(first, "written", &again, &err));
	second = attachment_to_json(&again);
	/* As text: a key that is there twice equals not even itself. */
	written = cJSON_PrintUnformatted(first);
	rewritten = cJSON_PrintUnformatted(second);
	fuzz_assert(written && rewritten && !strcmp(written, rewritten));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_attachment struct attachment attachment = { 0 };
	cleanup_json cJSON *json = fuzz_json(data, size);
	struct vr_error err = { 0 };
	unsigned int i;
	int ret;

	if (!json)
		return 0;
	ret = attachment_from_json(json, "input", &attachment, &err);
	fuzz_refusal(ret, &err);
	if (ret)
		return 0;
	for (i = 0; i < attachment.interface_count; i++)
		fuzz_assert(!environment_ifname_problem(
			attachment.interfaces[i].ifname));
	check(&attachment);
	return 0;
}
