/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration that the runtime finds vr-cni by.  It is there when, and
 * only when, pods can be attached.
 */
#ifndef VR_AGENT_CNI_CONF_H
#define VR_AGENT_CNI_CONF_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "../lib/error.h"
#include "../lib/network.h"

#define CNI_CONF_NAME "10-vr.conflist"

/**
 * struct cni_conf_options - what is in it
 * @dir: where the runtime looks, NULL: nothing is written
 * @bin_dir: where its plugins are
 * @host_interface, @socket, @networks_dir, @state_dir, @spare_dir: for vr-cni
 * @cluster: name of the cluster in Contrail's annotations
 * @open_networks: any pod may use any network
 */
struct cni_conf_options {
	const char *dir;
	const char *bin_dir;
	const char *host_interface;
	const char *socket;
	const char *networks_dir;
	const char *state_dir;
	const char *spare_dir;
	const char *cluster;
	bool open_networks;
};

/* Add what vr-cni shares with the agent, whoever calls it. */
void cni_conf_add_shared(cJSON *conf, const struct cni_conf_options *options);

/* Write it, if it is another one. */
int cni_conf_write(const struct cni_conf_options *options,
		   const struct vr_network *network, struct vr_error *err);

/* Return: its text, to cJSON_free(), or NULL. */
char *cni_conf_text(const struct cni_conf_options *options,
		    const struct vr_network *network);

#endif /* VR_AGENT_CNI_CONF_H */
