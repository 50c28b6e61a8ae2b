// SPDX-License-Identifier: Apache-2.0
/*
 * Another module in the place of the loaded one.  Devices die with the module
 * that is their kind, so all there is is looked at, taken away, and made again.
 * Once something was taken away there is only forward: what cannot be made is
 * told, and the rest goes on.  Entry point: replug_run().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/vr.h>

#include "../cni/file.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "saved_device.h"
#include "log.h"
#include "module.h"
#include "port_namespaces.h"
#include "pause.h"
#include "replug.h"
#include "router_copy.h"

/* What comes while we are at it is caught up with, so often. */
#define ROUNDS 4

/**
 * struct round - what was there at one time
 * @devices: for each port of the copy one, empty for others' devices
 */
struct round {
	struct router_copy copy;
	struct saved_device *devices;
};

struct replug {
	struct vr_nl router;
	struct port_namespaces namespaces;
	struct round rounds[ROUNDS];
	unsigned int round_count;
	unsigned int failures;
	unsigned int port_count;
	struct timespec since;
};

static void pause_shortly(long milliseconds)
{
	struct timespec moment = {
		.tv_sec = milliseconds / 1000,
		.tv_nsec = milliseconds % 1000 * 1000000,
	};

	nanosleep(&moment, NULL);
}

static void failed(const char *what, const struct vr_error *err, void *arg)
{
	struct replug *replug = arg;

	replug->failures++;
	agent_log(AGENT_ERROR, "%s is not as it was: %s", what, err->text);
}

/* --- looking */

static struct podns *place_of(struct replug *replug, const struct vr_port *port)
{
	if (!vr_is_set(port, VR_A_PORT_NETNS_ID))
		return &replug->namespaces.own;
	return port_namespaces_get(&replug->namespaces, port->netns_id);
}

static int save_device(struct replug *replug, const struct vr_port *port,
		       struct saved_device *device, struct vr_error *err)
{
	struct podns *podns = place_of(replug, port);
	int ret;

	if (!podns)
		return vr_error_set(
			err, ENOENT,
			"it is in a namespace (id %d) that has no path and no process here",
			port->netns_id);
	ret = saved_device_save(device, podns, port->ifindex, err);
	if (!ret && strcmp(device->ifname, port->ifname) != 0)
		return vr_error_set(
			err, ENOENT,
			"it is in a namespace that has no path and no process here");
	return ret;
}

static bool has_own_device(const struct vr_port *port)
{
	return port->kind == VR_PORT_KIND_NATIVE;
}

static int look(struct replug *replug, const char *state_dir,
		struct vr_error *err)
{
	struct round *round = &replug->rounds[replug->round_count++];
	const struct vr_apply *objects = &round->copy.objects;
	unsigned int i;
	int ret;

	ret = port_namespaces_find_all(&replug->namespaces, state_dir, err);
	if (!ret)
		ret = router_copy_take(&round->copy, &replug->router, err);
	if (ret)
		return ret;
	round->devices =
		calloc(objects->port_count + 1, sizeof(*round->devices));
	if (!round->devices)
		return vr_error_memory(err);
	for (i = 0; !ret && i < objects->port_count; i++) {
		if (!has_own_device(&objects->ports[i]))
			continue;
		ret = save_device(replug, &objects->ports[i],
				  &round->devices[i], err);
		if (ret)
			vr_error_prefix(err, "port %s \"%s\"",
					objects->ports[i].ifname,
					objects->ports[i].description);
	}
	return ret;
}

/* --- taking away */

/* All devices of one namespace at once. */
static int remove_from(struct round *round, struct podns *podns,
		       struct vr_error *err)
{
	unsigned int i, count = 0;
	cleanup_free uint32_t *indexes =
		calloc(round->copy.objects.port_count + 1, sizeof(*indexes));

	if (!indexes)
		return vr_error_memory(err);
	for (i = 0; i < round->copy.objects.port_count; i++) {
		if (round->devices[i].ifindex &&
		    round->devices[i].podns == podns)
			indexes[count++] = round->devices[i].ifindex;
	}
	return podns_links_delete(podns, indexes, count, err);
}

static int remove_devices(struct replug *replug, struct vr_error *err)
{
	struct round *round = &replug->rounds[replug->round_count - 1];
	const struct port_namespaces *namespaces = &replug->namespaces;
	unsigned int i;
	int ret = remove_from(round, &replug->namespaces.own, err);

	for (i = 0; !ret && i < namespaces->count; i++)
		ret = remove_from(round, &namespaces->items[i]->podns, err);
	return ret;
}

/* Until it is unloaded; the namespaces of a round stay open for it. */
static int take_away(struct replug *replug, const char *state_dir,
		     struct vr_error *err)
{
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &replug->since);
	for (;;) {
		ret = remove_devices(replug, err);
		if (!ret)
			ret = module_unload(err);
		if (ret != -EAGAIN || replug->round_count == ROUNDS)
			return ret;
		/* A pod that started meanwhile. */
		ret = look(replug, state_dir, err);
		if (ret)
			return ret;
	}
}

/* --- making */

static int netns_fd(int32_t netns_id, void *arg)
{
	struct replug *replug = arg;
	struct podns *podns =
		port_namespaces_get(&replug->namespaces, netns_id);

	return podns ? podns->fd : -1;
}

static void make_port(struct replug *replug,
		      const struct router_copy_maker *maker,
		      const struct vr_port *port,
		      const struct saved_device *device)
{
	const char *name = port->description[0] ? port->description
						: port->ifname;
	struct vr_error error = { 0 };

	if (device->ifindex &&
	    saved_device_create(device, &replug->namespaces.own, &error)) {
		failed(name, &error, replug);
		return;
	}
	if (vr_is_set(port, VR_A_PORT_NETWORK))
		router_copy_make_port(port, maker);
	if (device->ifindex && saved_device_configure(device, &error))
		failed(name, &error, replug);
	replug->port_count++;
}

static void make_round(struct replug *replug, const struct round *round)
{
	const struct vr_apply *objects = &round->copy.objects;
	const struct router_copy_maker maker = {
		.router = &replug->router,
		.netns = netns_fd,
		.failed = failed,
		.arg = replug,
	};
	unsigned int i;

	router_copy_make_networks(&round->copy, &maker);
	for (i = 0; i < objects->port_count; i++)
		make_port(replug, &maker, &objects->ports[i],
			  &round->devices[i]);
	router_copy_make_ways(&round->copy, &maker);
}

static int make_all(struct replug *replug, struct vr_error *err)
{
	unsigned int i;
	int ret;

	vr_nl_close(&replug->router);
	ret = vr_nl_open(&replug->router, -1, err);
	for (i = 0; !ret && i < replug->round_count; i++)
		make_round(replug, &replug->rounds[i]);
	return ret;
}

/* --- all of it */

/* There is no way back, and what is saved is here: wait for a module. */
static void load(const char *path)
{
	struct vr_error error = { 0 };
	int ret = module_load(path, &error);

	if (!ret || ret == -EEXIST)
		return;
	agent_log(AGENT_ERROR,
		  "%s; pods have no interfaces: load the module by hand, this program waits and then makes them again",
		  error.text);
	while (!module_is_loaded())
		pause_shortly(200);
}

static long milliseconds_since(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 +
	       (now.tv_nsec - since->tv_nsec) / 1000000;
}

static int exchange(struct replug *replug, const char *path,
		    const char *state_dir, struct vr_error *err)
{
	struct vr_error problem = { 0 };
	char version[MODULE_VERSION_TEXT];
	int unloaded, ret;

	unloaded = take_away(replug, state_dir, &problem);
	if (!unloaded)
		load(path);
	ret = make_all(replug, err);
	if (ret)
		return vr_error_set(err, ENOTRECOVERABLE,
				    "pods have no interfaces: %s",
				    problem.text);
	module_version(version);
	agent_log(AGENT_INFO,
		  "module %s: %u ports are there again, after %ld ms, %u failures",
		  version, replug->port_count,
		  milliseconds_since(&replug->since), replug->failures);
	if (unloaded)
		return vr_error_set(
			err, ENOTRECOVERABLE,
			"%s; the old module stays, with what was there (does a namespace have an instance of its own?)",
			problem.text);
	if (replug->failures)
		return vr_error_set(err, ENOTRECOVERABLE,
				    "%u things are not as they were",
				    replug->failures);
	return 0;
}

/* What can be refused is, before anything is taken away. */
static int replug_all(struct replug *replug, const char *path,
		      const char *state_dir, bool *changed,
		      struct vr_error *err)
{
	sigset_t set;
	int ret;

	ret = module_try(path, err);
	if (!ret)
		ret = vr_nl_open(&replug->router, -1, err);
	if (!ret)
		ret = look(replug, state_dir, err);
	if (ret)
		return ret;
	*changed = true;
	/* Half of it is nothing. */
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return exchange(replug, path, state_dir, err);
}

static void replug_free(struct replug *replug)
{
	struct round *round;
	unsigned int i, k;

	for (i = 0; i < replug->round_count; i++) {
		round = &replug->rounds[i];
		for (k = 0;
		     round->devices && k < round->copy.objects.port_count; k++)
			saved_device_free(&round->devices[k]);
		free(round->devices);
		router_copy_free(&round->copy);
	}
	port_namespaces_free(&replug->namespaces);
	vr_nl_close(&replug->router);
}

int replug_run(const struct replug_options *options, struct vr_error *err)
{
	cleanup_free char *path = options->module ? strdup(options->module)
						  : module_find(err);
	struct replug replug = {
		.router = VR_NL_INIT,
		.namespaces = PORT_NAMESPACES_INIT,
	};
	cleanup_fd int lock = -1;
	bool changed = false;
	pid_t agent = 0;
	int ret;

	if (!path)
		return -ENOENT;
	if (!module_is_loaded())
		return vr_error_set(err, ENOENT,
				    "no module is loaded: modprobe vr");
	ret = pause_agent(options->socket, &agent, err);
	if (ret)
		return ret;
	lock = file_lock_folder(options->state_dir, err);
	ret = lock < 0 ? lock : 0;
	if (!ret)
		ret = replug_all(&replug, path, options->state_dir, &changed,
				 err);
	pause_end(agent, changed);
	replug_free(&replug);
	return ret;
}
