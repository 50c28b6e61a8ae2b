// SPDX-License-Identifier: Apache-2.0
/*
 * One Event for each NetworkPolicy and each isolated namespace.  Entry point: policy_step().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "controller.h"
#include "event.h"
#include "policy.h"
#include "publish.h"

static struct cluster_policy *policy_of(struct work *work)
{
	return (struct cluster_policy *)((char *)work -
					 offsetof(struct cluster_policy, work));
}

static bool is_told(const struct cluster *cluster, const struct event *event)
{
	char name[EVENT_NAME_BYTES];
	cleanup_free char *key = NULL;

	if (asprintf(&key, "%s/%s", event_namespace(event),
		     event_name(event, name)) < 0) {
		key = NULL;
		return true;
	}
	return table_find(&cluster->events, key) != NULL;
}

static void told(struct work *work, const struct api_answer *answer, void *arg)
{
	(void)arg;
	policy_of(work)->told = answer->error.errnum != EAGAIN;
}

static void of_namespace(struct event *event)
{
	event->api_version = "v1";
	event->kind = "Namespace";
	event->message =
		"vr does not isolate namespaces: pods on its default network are reached by all; a network of the namespace's own, which is not shared, keeps others out";
}

void policy_step(struct work *work, void *arg)
{
	struct cluster_policy *policy = policy_of(work);
	cleanup_free char *namespace = strdup(policy->entry.key);
	char *slash = namespace ? strchr(namespace, '/') : NULL;
	struct controller *controller = arg;
	struct event event = {
		.api_version = "networking.k8s.io/v1",
		.kind = "NetworkPolicy",
		.namespace = namespace,
		.uid = policy->uid,
		.component = PUBLISH_COMPONENT,
		.reason = POLICY_REASON,
		.message =
			"vr does not enforce NetworkPolicies: traffic is as if this one were not there",
	};

	if (!slash || !policy->uid || policy->told ||
	    !controller_knows(controller, WATCH_EVENTS))
		return;
	*slash = '\0';
	event.name = slash + 1;
	if (!namespace[0])
		of_namespace(&event);
	if (is_told(&controller->cluster, &event)) {
		policy->told = true;
		return;
	}
	work_send(work, "POST", event_path(&event), event_to_json(&event),
		  told);
}
