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
 * @host_interface, @socket, @networks_dir, @state_dir, @spare_dir,
 *	@cluster_dir: for vr-cni
 * @cluster: name of the cluster in Contrail's annotations
 * @open_networks: any pod may use any network
 * @delegate_types: plugins of others that vr-cni may call, NULL for none, else with
 *	a NULL at the end
 */
struct cni_conf_options {
	const char *dir;
	const char *bin_dir;
	const char *host_interface;
	const char *socket;
	const char *networks_dir;
	const char *state_dir;
	const char *spare_dir;
	const char *cluster_dir;
	const char *cluster;
	bool open_networks;
	const char *const *delegate_types;
};

/* Add what vr-cni shares with the agent, whoever calls it. */
void cni_conf_add_shared(cJSON *conf, const struct cni_conf_options *options);

/**
 * cni_conf_under_multus() - Tell vr-cni that it is called by Multus, or is not
 *
 * A file that no agent wrote is not deleted.
 */
int cni_conf_under_multus(const struct cni_conf_options *options, bool is_under,
			  struct vr_error *err);

/* Is it the name of a file that an agent writes, in whatever way it runs? */
bool cni_conf_is_ours(const char *file);

/* Return: a name for ours, which sorts before another plugin's; or NULL. */
const char *cni_conf_name_before(const char *file, struct vr_error *err);

/* Write a file, if it is another than is there; others of ours go. */
int cni_conf_replace(const char *dir, const char *name, const char *text,
		     struct vr_error *err);

/* Delete those of ours, but for @name, NULL for none. */
int cni_conf_remove(const char *dir, const char *name, struct vr_error *err);

/* Write it, if it is another one. */
int cni_conf_write(const struct cni_conf_options *options,
		   const struct vr_network *network, struct vr_error *err);

/* Return: its text, to cJSON_free(), or NULL. */
char *cni_conf_text(const struct cni_conf_options *options,
		    const struct vr_network *network);

#endif /* VR_AGENT_CNI_CONF_H */
