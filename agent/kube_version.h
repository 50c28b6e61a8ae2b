/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the cluster's Kubernetes one in which nodes can be kept apart?
 */
#ifndef VR_AGENT_KUBE_VERSION_H
#define VR_AGENT_KUBE_VERSION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "../lib/error.h"
#include "api.h"
#include "loop.h"

/**
 * struct kube_version - the question
 * @insecure: any version will do
 * @refused: it is too old; @error says so
 */
struct kube_version {
	struct loop *loop;
	struct api *api;
	bool insecure;
	loop_cb refused;
	void *arg;

	struct vr_error error;
	struct loop_timer *timer;
	struct api_call *call;
};

/* A server that does not answer is asked again. */
int kube_version_start(struct kube_version *version, struct vr_error *err);
void kube_version_stop(struct kube_version *version);

/**
 * kube_version_check() - Look at an answer to GET /version
 *
 * Return: 0 when it is new enough, -EPROTONOSUPPORT when it is not, -EINVAL when
 * it does not say.
 */
int kube_version_check(const cJSON *answer, struct vr_error *err);

#endif /* VR_AGENT_KUBE_VERSION_H */
