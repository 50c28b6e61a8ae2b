// SPDX-License-Identifier: Apache-2.0
/*
 * NetworkAttachmentDefinitions, which tenants write: what becomes of one is a verdict
 * with a reason, and its Network is one that can be read.
 */
#include "agent/nad.h"
#include "agent/object.h"
#include "cni/definition.h"
#include "cni/pod_networks.h"
#include "fuzz.h"

static void check(const cJSON *object, const struct nad_rules *rules)
{
	cleanup_nad struct nad nad = { 0 };
	enum nad_verdict verdict;
	unsigned int i;

	verdict = nad_resolve(object, rules, &nad);
	fuzz_assert(verdict != NAD_REFUSED || nad.message.text[0]);
	if (verdict != NAD_OURS)
		return;
	fuzz_assert(nad.name && definition_name_is_valid(nad.name));
	fuzz_assert(nad.spec);
	for (i = 0; nad.same_as[i]; i++)
		fuzz_assert(i < NAD_MAX_SAME_AS);
}

static bool is_label(const char *name)
{
	return pod_networks_is_label(name, strlen(name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = { "macvlan", "host-local", NULL };
	static const char *const devices[] = { "eth*", NULL };
	static const struct nad_rules strict = { .cluster = "k8s" };
	static const struct nad_rules open = {
		.cluster = "c",
		.vni_first = 100,
		.vni_last = 200,
		.compat_contrail = true,
		.delegate_types = types,
		.ipam_types = types,
		.devices = devices,
	};
	cleanup_json cJSON *json = fuzz_json(data, size);

	/* The API server has seen to its names. */
	if (!json || !is_label(object_namespace(json)) ||
	    !is_label(object_name(json)))
		return 0;
	check(json, &strict);
	check(json, &open);
	return 0;
}
