/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_ENVIRONMENT_H
#define VR_CNI_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "../lib/error.h"

enum cni_command {
	CNI_CMD_NONE, /* run by hand */
	CNI_CMD_ADD,
	CNI_CMD_DEL,
	CNI_CMD_CHECK,
	CNI_CMD_GC,
	CNI_CMD_STATUS,
	CNI_CMD_VERSION,
};

/* What the runtime said by environment variables. All strings are borrowed. */
struct environment {
	enum cni_command command;
	const char *container_id;
	const char *netns; /* "" when not given */
	const char *ifname;
	const char *args; /* "" when not given */
	const char *path; /* "" when not given */
	bool own_netns;	  /* CNI_NETNS may be the plugin's own */
};

/* The pairs of CNI_ARGS that are for us. */
struct environment_args {
	char mac[32];	/* "" when not given */
	const char *ip; /* addresses with commas between them, not terminated */
	size_t ip_len;	/* 0 when not given */
};

/**
 * environment_read() - Read and check the CNI_ variables
 *
 * Checks what the command needs. Refusals have CNI code 4 and name the
 * variable.
 */
int environment_read(struct environment *env, struct vr_error *err);

/**
 * environment_parse_args() - Parse CNI_ARGS, "K=V;K=V"
 */
int environment_parse_args(const char *text, struct environment_args *args,
			   struct vr_error *err);

/**
 * environment_args_of_others() - CNI_ARGS for all interfaces but the first
 *
 * The address, gateway and MAC in CNI_ARGS are for the first interface.
 *
 * Return: a string to free(), without them; NULL when memory is short.
 */
char *environment_args_of_others(const char *text);

/* A pod of Kubernetes, by what CNI_ARGS say; "" for what they do not. */
struct environment_pod {
	char namespace[64];
	char name[254];
	char uid[64];
};

/**
 * environment_pod() - Of which pod is the call?
 * @text: CNI_ARGS
 *
 * Refuses a value that is too long, or has white space in it (CNI code 4).
 */
int environment_pod(const char *text, struct environment_pod *pod,
		    struct vr_error *err);

/* The same, and refuses that there is no namespace. */
int environment_pod_namespace(const char *text, struct environment_pod *pod,
			      struct vr_error *err);

/**
 * environment_for() - Our environment, but for an interface of a container
 *
 * As of a DEL that knows no more: without a namespace and arguments.
 */
struct environment environment_for(const struct environment *env,
				   const char *container_id,
				   const char *ifname);

/* A container id, or the name of a network configuration. */
bool environment_name_is_valid(const char *name);

/* Why a name cannot be that of a network interface, or NULL when it can. */
const char *environment_ifname_problem(const char *name);

#endif
