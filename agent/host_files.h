/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files for programs of the node: one keeps pods from starting after a reboot
 * before there is an agent, others keep the node's network managers away from our
 * devices and routes.
 */
#ifndef VR_AGENT_HOST_FILES_H
#define VR_AGENT_HOST_FILES_H

#include "../lib/error.h"

/**
 * struct host_files_options - what is written, and where
 * @root: the folder in which the node's /etc and /run are seen
 * @cni_conf: the runtime's configuration that we write, as the node sees it
 * @host_interface: the host's device on the default network
 */
struct host_files_options {
	const char *root;
	const char *cni_conf;
	const char *host_interface;
};

/**
 * host_files_write() - Write them, for those programs that the node has
 *
 * One that failed does not keep the others from it.
 */
int host_files_write(const struct host_files_options *options,
		     struct vr_error *err);

/* Delete those that an agent wrote. @root: as above */
int host_files_remove(const char *root, struct vr_error *err);

#endif /* VR_AGENT_HOST_FILES_H */
