// SPDX-License-Identifier: Apache-2.0
/*
 * GET /version.  Entry point: ask().
 */
#include <errno.h>
#include <stdlib.h>

#include "kube_version.h"
#include "log.h"
#include "object.h"

#define RETRY_MILLISECONDS 5000

/* Tokens that name the node, and admission policies that look at them. */
#define MAJOR 1
#define MINOR 30

int kube_version_check(const cJSON *answer, struct vr_error *err)
{
	const char *major_text = object_text(answer, "major");
	const char *minor_text = object_text(answer, "minor");
	/* "30+" is one of a vendor. */
	unsigned long major = strtoul(major_text, NULL, 10);
	unsigned long minor = strtoul(minor_text, NULL, 10);

	if (!major)
		return vr_error_set(err, EINVAL,
				    "the API server does not tell its version");
	if (major > MAJOR || (major == MAJOR && minor >= MINOR))
		return 0;
	return vr_error_set(
		err, EPROTONOSUPPORT,
		"Kubernetes %s.%s does not tell one node's agent from another's (tokens name the node, and admission policies see it, from %d.%d on): whoever is root on a node could take over addresses of all; --insecure-node-rights is to run all the same",
		major_text, minor_text, MAJOR, MINOR);
}

static void answered(const struct api_answer *answer, void *arg)
{
	struct kube_version *version = arg;
	int ret;

	version->call = NULL;
	if (answer->error.errnum == EAGAIN) {
		loop_timer_set(version->timer, RETRY_MILLISECONDS);
		return;
	}
	ret = kube_version_check(answer->error.errnum ? NULL : answer->body,
				 &version->error);
	if (!ret)
		return;
	if (ret == -EPROTONOSUPPORT && !version->insecure) {
		version->refused(version->arg);
		return;
	}
	agent_log(AGENT_WARNING, "%s", version->error.text);
}

static void ask(void *arg)
{
	struct kube_version *version = arg;
	const struct api_request request = {
		.method = "GET",
		.path = "/version",
		.done = answered,
		.arg = version,
	};

	version->call = api_send(version->api, &request, NULL);
	if (!version->call)
		loop_timer_set(version->timer, RETRY_MILLISECONDS);
}

int kube_version_start(struct kube_version *version, struct vr_error *err)
{
	version->timer = loop_timer_create(version->loop, ask, version, err);
	if (!version->timer)
		return -ENOMEM;
	ask(version);
	return 0;
}

void kube_version_stop(struct kube_version *version)
{
	api_cancel(version->call);
	loop_timer_destroy(version->timer);
}
