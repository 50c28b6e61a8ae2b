// SPDX-License-Identifier: Apache-2.0
/*
 * The network configuration, as the runtime writes it to standard input, and
 * the plan made of it.
 */
#include "cni/code.h"
#include "cni/plan.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct environment env = {
		.command = CNI_CMD_ADD,
		.container_id = "c1",
		.netns = "/n",
		.ifname = "eth0",
		.args = "K8S_POD_NAMESPACE=ns",
		.path = "",
	};
	cleanup_netconf struct netconf netconf = { 0 };
	cleanup_plan struct plan plan = { 0 };
	struct vr_error err = { 0 };
	char *text = fuzz_text(data, size);
	unsigned int i;
	int ret;

	ret = netconf_parse(text, size, &netconf, &err);
	if (!ret)
		ret = netconf_parse_rest(&netconf, &env, &err);
	/* No input reads what is on this machine. */
	netconf.networks_dir = "/nonexistent";
	if (!ret)
		ret = plan_make(&netconf, &env, false, &plan, &err);
	fuzz_refusal(ret, &err);
	for (i = 0; !ret && i < plan.attachment.interface_count; i++)
		fuzz_assert(!environment_ifname_problem(
			plan.attachment.interfaces[i].ifname));
	free(text);
	return 0;
}
