/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_POD_NETWORKS_H
#define VR_CNI_POD_NETWORKS_H

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "request.h"

#define POD_NETWORKS_KEY "k8s.v1.cni.cncf.io/networks"

/* With the NUL; a namespace is a DNS label. */
#define POD_NAMESPACE_BYTES 64

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

#endif
