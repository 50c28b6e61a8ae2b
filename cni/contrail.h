/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_CONTRAIL_H
#define VR_CNI_CONTRAIL_H

#include "../lib/error.h"
#include "request.h"

#define CONTRAIL_NETWORK_KEY "opencontrail.org/network"
#define CONTRAIL_ISOLATION_KEY "opencontrail.org/isolation"
#define CONTRAIL_POLICY_KEY "net.beta.kubernetes.io/network-policy"
#define CONTRAIL_CLUSTER "k8s"

/**
 * contrail_parse() - Parse the network that Contrail's annotation names
 * @annotation: the value of CONTRAIL_NETWORK_KEY: domain, project and name, as
 *	JSON or as Python writes it
 * @cluster: name of the cluster, which names of projects and networks begin with
 *
 * The project CLUSTER-NAMESPACE with the name CLUSTER-NAD-pod-network or NAD is
 * the network NAMESPACE.NAD; where there is none, and of any other project, it is
 * the network that is called so.  Adds one request. Refusals have CNI code 7 or 6
 * (not JSON).
 */
int contrail_parse(const char *annotation, const char *cluster,
		   struct requests *requests, struct vr_error *err);

#endif
