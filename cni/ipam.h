/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_IPAM_H
#define VR_CNI_IPAM_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "../lib/error.h"
#include "attachment.h"
#include "environment.h"
#include "result.h"

/**
 * struct ipam_call - one call of an IPAM plugin
 * @env: the environment of our own call
 * @command: "ADD", "DEL", "CHECK", "GC" or "STATUS"
 * @ifname: the interface, which keys the plugin's store; "" for GC and STATUS
 * @args: CNI_ARGS
 * @conf: the whole configuration for the plugin's standard input
 * @interface: the interface, as it is kept; NULL for GC and STATUS
 * @doubtful: it most likely holds nothing: that it refuses to give it back, or
 *	cannot be run at all, is logged and no error
 * @begun: it was started: also after an error it may hold an address, so that
 *	whoever undoes calls it with DEL
 * @result: what ADD gave, at least one address unless the network has none;
 *	to free with result_free()
 * @has_mac, @mac: what ADD gave an interface that asks for none
 * @sequence: of its port, as the agent gives it for a claim's addresses
 * @standby: they are in use elsewhere, until they move here
 * @code: what kind of failure the plugin's own error code says, 0 for none
 * @error: why it failed, errnum 0 when it did not
 */
struct ipam_call {
	const struct environment *env;
	const char *command;
	const char *ifname;
	const char *args;
	const cJSON *conf;
	const struct attachment_interface *interface;
	bool doubtful;

	bool begun;
	struct result result;
	bool has_mac;
	uint8_t mac[VR_MAC_LEN];
	uint32_t sequence;
	bool standby;
	int code;
	struct vr_error error;
};

/**
 * ipam_call_for() - The call for an interface of a container
 * @others: CNI_ARGS for all but the first, see environment_args_of_others()
 *
 * All is borrowed.
 */
struct ipam_call ipam_call_for(const struct attachment *attachment,
			       const struct attachment_interface *interface,
			       const struct environment *env,
			       const char *others, const char *command);

/**
 * ipam_run_all() - Call IPAM plugins side by side
 * @seconds: what they have together, see process_run_all()
 * @err: gets the error of the first call in order that failed
 *
 * All calls are made, whatever happens to one.
 */
int ipam_run_all(struct ipam_call *calls, unsigned int count,
		 unsigned int seconds, struct vr_error *err);

/* Free the results of calls, and the array. */
void ipam_calls_free(struct ipam_call *calls, unsigned int count);

/* Is it the configuration for a plugin of this type? NULL is for none. */
bool ipam_is_of_type(const cJSON *conf, const char *type);

/**
 * ipam_uses_link() - Does a plugin need the interface to get an address by?
 * @conf: its whole configuration, NULL for none
 *
 * Such a one is called when the interface is attached already.
 */
bool ipam_uses_link(const cJSON *conf);

/**
 * ipam_failure() - The error object of a plugin that failed
 * @text: what it printed
 * @status: as waitpid() has it
 * @theirs: gets its code, if it has one
 *
 * Return: negative. Codes that a runtime acts on are passed through.
 */
int ipam_failure(const char *text, int status, int *theirs,
		 struct vr_error *err);

/**
 * ipam_find() - Find a plugin in CNI_PATH
 * @path: folders, separated by ":"
 * @name: name of the program
 *
 * Return: its path, to free(), or NULL.
 */
char *ipam_find(const char *path, const char *name, struct vr_error *err);

/**
 * ipam_network_name() - The name of a network for an IPAM plugin
 *
 * Plugins refuse names that are not of CNI.  No two networks get one name, so
 * their stores do not collide.
 *
 * Return: a string to free(), NULL when memory is short.
 */
char *ipam_network_name(const char *network);

#endif
