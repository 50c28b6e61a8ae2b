/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beside another plugin, which makes the pods' first interface: a configuration
 * that is that plugin's with vr-cni behind, and is found before it.  It follows
 * the other's file, which is never written to, and goes with it.
 */
#ifndef VR_AGENT_BESIDE_H
#define VR_AGENT_BESIDE_H

#include <stdbool.h>

#include "../lib/error.h"
#include "cni_conf.h"
#include "loop.h"

/**
 * struct beside - what follows the other's file
 * @conf: its folder, and what is told vr-cni
 * @is_ready: can pods be attached?
 */
struct beside {
	struct loop *loop;
	const struct cni_conf_options *conf;
	bool (*is_ready)(void *arg);
	void *arg;

	struct loop_timer *timer;
	struct loop_fd *events;
	int inotify_fd;
	char *told;
};

int beside_start(struct beside *beside, struct vr_error *err);

/* The configuration stays. */
void beside_stop(struct beside *beside);

/**
 * beside_conf_text() - The configuration for a node
 * @primary: that of the other plugin, a list or one plugin
 * @file: its name, for errors
 *
 * Return: its text, to cJSON_free(); NULL when vr-cni cannot be in that list.
 */
char *beside_conf_text(const struct cni_conf_options *options,
		       const char *primary, const char *file,
		       struct vr_error *err);

#endif /* VR_AGENT_BESIDE_H */
