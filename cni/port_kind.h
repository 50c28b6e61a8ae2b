/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_PORT_KIND_H
#define VR_CNI_PORT_KIND_H

#include <cjson/cJSON.h>

#include "../lib/error.h"

/* What an interface of a container is. */
enum port_kind {
	PORT_KIND_UNSET,
	PORT_KIND_NATIVE, /* a device of type vr */
	PORT_KIND_TAP,	  /* a veth pair, whose host end is the port */
};

/**
 * struct port_choice - who may say of what kind a container's ports are
 * @annotations: those of the pod, or NULL
 * @by_runtime: kinds by the name of a runtime handler, or NULL
 * @fallback: what the configuration says
 */
struct port_choice {
	const cJSON *annotations;
	const cJSON *by_runtime;
	enum port_kind fallback;
};

/**
 * port_kind_parse() - Parse the key "port" of an object
 * @where: what @object is, for the error message
 * @kind: left as it is when the key is absent
 */
int port_kind_parse(const cJSON *object, const char *where,
		    enum port_kind *kind, struct vr_error *err);

/* The key "portByRuntime" of the configuration. */
int port_kind_parse_by_runtime(const cJSON *object, const char *where,
			       const cJSON **by_runtime, struct vr_error *err);

/**
 * port_kind_choose() - Of which kind is an interface?
 * @network: what the definition of its network says
 *
 * The first of these that says something: the pod's annotation, its runtime
 * handler, the network, the configuration.
 */
int port_kind_choose(const struct port_choice *choice, enum port_kind network,
		     const char *ifname, enum port_kind *kind,
		     struct vr_error *err);

#endif
