/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Under Multus a call is one network of a pod, and its configuration is the
 * spec.config of a NetworkAttachmentDefinition, which users write.  So what
 * vr-cni is told apart from the network's name comes from a file of the node.
 */
#ifndef VR_CNI_UNDER_MULTUS_H
#define VR_CNI_UNDER_MULTUS_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "environment.h"
#include "request.h"

/* With it every call on the node is one of Multus. */
#define UNDER_MULTUS_FILE "/etc/vr/multus.json"

/* The interface of the pod's default network, which has the default route. */
#define UNDER_MULTUS_FIRST "eth0"

/**
 * under_multus_conf() - The configuration of a call, made safe
 * @path: UNDER_MULTUS_FILE, but for tests
 * @conf: what was given; replaced when @is_under
 * @is_under: whether there is such a file
 *
 * Of what users wrote there stays what is of one interface, and nothing that is
 * of the node or of the network.
 */
int under_multus_conf(const char *path, cJSON **conf, bool *is_under,
		      struct vr_error *err);

/**
 * under_multus_request() - The network that a call is for
 * @name: of the configuration: that of a network of the pod's namespace, or
 *	with its namespace, "NAMESPACE.NAME"
 * @pod: filled in, with its namespace
 */
int under_multus_request(const char *name, const struct environment *env,
			 struct environment_pod *pod, struct requests *requests,
			 struct vr_error *err);

#endif
