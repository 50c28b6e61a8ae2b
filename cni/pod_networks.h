/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_POD_NETWORKS_H
#define VR_CNI_POD_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "request.h"

#define POD_NETWORKS_KEY "k8s.v1.cni.cncf.io/networks"
#define POD_NETWORKS_DEFAULT_KEY "v1.multus-cni.io/default-network"

/* Where the default network is looked for, as with Multus. */
#define POD_NETWORKS_DEFAULT_NAMESPACE "kube-system"

/**
 * pod_networks_parse() - Parse the networks that a pod asks for
 * @annotation: the value of POD_NETWORKS_KEY
 * @pod_namespace: that of networks which name none
 * @json: what the requests borrow strings of, to cJSON_Delete() after them
 *
 * Both forms of the Network Custom Resource Definition De-facto Standard of the
 * Network Plumbing Working Group (4.1), and Multus' "name@interface" in the
 * short one.  A network of the namespace "ns" with the name "net" is "ns.net".
 * As 4.1.2.1 has it, unknown keys are ignored.  A value that cannot be used is
 * refused, and not ignored with the whole annotation: a pod should not run
 * without its networks.  Adds to @requests. Refusals have CNI code 7, 6 (not JSON) or
 * 2 (unsupported key).
 */
int pod_networks_parse(const char *annotation, const char *pod_namespace,
		       struct requests *requests, cJSON **json,
		       struct vr_error *err);

/**
 * pod_networks_parse_default() - Parse the network that is to be the first
 * @annotation: the value of POD_NETWORKS_DEFAULT_KEY
 *
 * In both forms too, but one network, whose interface is CNI_IFNAME.
 */
int pod_networks_parse_default(const char *annotation,
			       struct requests *requests, cJSON **json,
			       struct vr_error *err);

/* Is it a label of RFC 1123, as the names of namespaces are? */
bool pod_networks_is_label(const char *text, size_t len);

#endif
