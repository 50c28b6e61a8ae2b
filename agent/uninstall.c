// SPDX-License-Identifier: Apache-2.0
/*
 * A node as it was before vr, in the reverse of the order in which it came to be:
 * the runtime's configuration, ports, the host's part, the router, files, module.
 * Entry point: uninstall_run().
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/vr.h>

#include "../cni/podns.h"
#include "../cni/pool.h"
#include "../lib/apply.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/uplink.h"
#include "cni_conf.h"
#include "firewall.h"
#include "host_files.h"
#include "host_ports.h"
#include "log.h"
#include "module.h"
#include "networks.h"
#include "nft.h"
#include "pause.h"
#include "port_namespaces.h"
#include "uninstall.h"
#include "uplink.h"

#define CNI_CONF_DIR "/etc/cni/net.d"
#define PLUGIN "vr-cni"

struct uninstall {
	const struct node_options *options;
	struct vr_nl router;
	struct port_namespaces namespaces;
	unsigned int failures;
};

static void note(struct uninstall *uninstall, int ret, const char *what,
		 const struct vr_error *err)
{
	if (!ret) {
		agent_log(AGENT_INFO, "%s: gone", what);
		return;
	}
	uninstall->failures++;
	agent_log(AGENT_ERROR, "%s: %s", what, err->text);
}

/* --- files */

static int remove_file(const char *folder, const char *name,
		       struct vr_error *err)
{
	cleanup_free char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	if (unlink(path) && errno != ENOENT)
		return vr_error_set(err, errno, "%s: %s", path,
				    strerror(errno));
	return 0;
}

static int remove_entry(const char *path, const struct stat *status, int flag,
			struct FTW *walk)
{
	(void)status;
	(void)flag;
	(void)walk;
	return remove(path);
}

/* A folder that is all ours. One that is a mount stays, empty. */
static int remove_folder(const char *folder, struct vr_error *err)
{
	if (!nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) ||
	    errno == ENOENT || errno == EBUSY)
		return 0;
	return vr_error_set(err, errno, "%s: %s", folder, strerror(errno));
}

static void remove_folders(struct uninstall *uninstall)
{
	const struct node_options *options = uninstall->options;
	const char *const folders[] = { options->spare_dir, options->state_dir,
					options->cluster_dir, POOL_FOLDER };
	struct vr_error error = { 0 };
	size_t i;

	networks_remove_definitions(options->networks_dir);
	for (i = 0; i < ARRAY_SIZE(folders); i++)
		note(uninstall, remove_folder(folders[i], &error), folders[i],
		     &error);
	unlink(options->socket);
	/* Where nothing of others is. */
	rmdir(options->networks_dir);
	rmdir("/etc/vr");
	rmdir("/var/lib/vr");
	rmdir("/run/vr");
}

/* --- pods */

struct port_count {
	unsigned int count;
	char first[VR_MAX_DESCRIPTION + 1];
};

static int count_port(const struct vr_port *port, void *arg,
		      struct vr_error *err)
{
	struct port_count *counted = arg;

	(void)err;
	if (!counted->count++)
		snprintf(counted->first, sizeof(counted->first), "%s",
			 port->description[0] ? port->description
					      : port->ifname);
	return 0;
}

/* Pods are told to go first: they would have no network. */
static int check_pods(struct uninstall *uninstall, struct vr_error *err)
{
	const struct vr_port filter = {
		.set = VR_BIT(VR_A_PORT_ORIGIN),
		.origin = VR_ORIGIN_CNI,
	};
	struct port_count counted = { 0 };
	int ret;

	ret = vr_port_dump(&uninstall->router, &filter, count_port, &counted,
			   err);
	if (ret || !counted.count)
		return ret;
	return vr_error_set(
		err, EBUSY,
		"%u interfaces of pods are attached (one is \"%s\"): drain the node, or give --force, and they lose them",
		counted.count, counted.first);
}

/* A native port's device goes, and a tap by its end on the host. */
static int remove_port(const struct vr_port *port, void *arg,
		       struct vr_error *err)
{
	struct uninstall *uninstall = arg;
	struct podns *podns = &uninstall->namespaces.own;
	struct podns_link link = { 0 };
	int ret = 0;

	if (vr_is_set(port, VR_A_PORT_NETNS_ID))
		podns = port_namespaces_get(&uninstall->namespaces,
					    port->netns_id);
	if (podns)
		ret = podns_link_find(podns, port->ifname, &link, err);
	/* Without an id it may be in another namespace, and its index another's. */
	if (!ret && (link.ifindex != port->ifindex ||
		     (port->kind == VR_PORT_KIND_NATIVE &&
		      strcmp(link.kind, "vr") != 0)))
		ret = vr_error_set(
			err, ENOENT,
			"port %s \"%s\" is in a namespace that has no path and no process here",
			port->ifname, port->description);
	return ret ? ret : podns_link_delete(podns, link.ifindex, err);
}

static int remove_pods(struct uninstall *uninstall, struct vr_error *err)
{
	const struct vr_port filter = {
		.set = VR_BIT(VR_A_PORT_ORIGIN),
		.origin = VR_ORIGIN_CNI,
	};
	int ret;

	ret = port_namespaces_find_all(&uninstall->namespaces,
				       uninstall->options->state_dir, err);
	if (!ret)
		ret = vr_port_dump(&uninstall->router, &filter, remove_port,
				   uninstall, err);
	return ret;
}

/* --- the host */

static int remove_host_port(struct uninstall *uninstall, struct vr_error *err)
{
	cleanup_podns struct podns own = PODNS_INIT;
	struct podns_link link;
	int ret;

	ret = podns_open_own(&own, err);
	if (!ret)
		ret = podns_link_find(&own, uninstall->options->host_interface,
				      &link, err);
	if (ret || !link.ifindex || strcmp(link.kind, "vr") != 0)
		return ret;
	return podns_link_delete(&own, link.ifindex, err);
}

/* --- the router */

static int flush(struct uninstall *uninstall, unsigned int origin,
		 struct vr_error *err)
{
	const struct vr_flush request = {
		.set = VR_BIT(VR_A_FLUSH_ORIGIN) | VR_BIT(VR_A_FLUSH_NETWORKS) |
		       VR_BIT(VR_A_FLUSH_PORTS) | VR_BIT(VR_A_FLUSH_ENDPOINTS) |
		       VR_BIT(VR_A_FLUSH_ROUTES),
		.origin = origin,
	};

	return vr_flush(&uninstall->router, &request, NULL, err);
}

static int remove_router(struct uninstall *uninstall, struct vr_error *err)
{
	struct vr_uplink uplink = { .set = VR_BIT(VR_A_UPLINK_NAME) };
	struct uplink names = { 0 };
	size_t i;
	int ret;

	ret = flush(uninstall, VR_ORIGIN_AGENT, err);
	if (!ret)
		ret = flush(uninstall, VR_ORIGIN_CNI, err);
	uplink_init(&names, uninstall->options->uplink);
	for (i = 0; !ret && i < ARRAY_SIZE(names.names); i++) {
		memcpy(uplink.name, names.names[i], sizeof(uplink.name));
		ret = vr_uplink_call(&uninstall->router, VR_CMD_UPLINK_DEL, 0,
				     &uplink, NULL, err);
		if (ret == -ENOENT)
			ret = 0;
	}
	return ret;
}

static int count_network(const struct vr_network *network, void *arg,
			 struct vr_error *err)
{
	(void)network;
	(void)err;
	++*(unsigned int *)arg;
	return 0;
}

static int count_uplink(const struct vr_uplink *uplink, void *arg,
			struct vr_error *err)
{
	(void)uplink;
	(void)err;
	++*(unsigned int *)arg;
	return 0;
}

/* Somebody's networks would go with the module. */
static void remove_module(struct uninstall *uninstall)
{
	struct vr_error error = { 0 };
	unsigned int others = 0;
	int ret;

	ret = vr_network_dump(&uninstall->router, NULL, count_network, &others,
			      &error);
	if (!ret)
		ret = vr_uplink_dump(&uninstall->router, count_uplink, &others,
				     &error);
	vr_nl_close(&uninstall->router);
	if (!ret && others) {
		agent_log(AGENT_INFO,
			  "the module stays: %u networks and uplinks are not of vr-agent or vr-cni",
			  others);
		return;
	}
	if (!ret)
		ret = module_unload(&error);
	note(uninstall, ret, "the module", &error);
}

/* --- all of it */

static int remove_conf(struct uninstall *uninstall, struct vr_error *err)
{
	const char *dir = uninstall->options->cni_conf_dir;
	const struct cni_conf_options none = { 0 };
	int ret = cni_conf_remove(dir ? dir : CNI_CONF_DIR, NULL, err);

	return ret ? ret : cni_conf_under_multus(&none, false, err);
}

static void remove_host_parts(struct uninstall *uninstall)
{
	const char *root = uninstall->options->host_root;
	struct vr_error error = { 0 };

	note(uninstall, nft_clear(&error), "rules of nftables", &error);
	note(uninstall, firewall_clear(&error), "rules of iptables", &error);
	if (root)
		note(uninstall, host_files_remove(root, &error),
		     "files of systemd and of network managers", &error);
}

static void remove_router_parts(struct uninstall *uninstall)
{
	struct vr_error error = { 0 };

	note(uninstall, remove_pods(uninstall, &error), "interfaces of pods",
	     &error);
	note(uninstall, remove_host_port(uninstall, &error), "the host's port",
	     &error);
	note(uninstall, host_ports_clear(&error),
	     "the host's ports on further networks", &error);
	note(uninstall, remove_router(uninstall, &error),
	     "networks and the uplink", &error);
}

static int remove_all(struct uninstall *uninstall, bool force, bool loaded,
		      struct vr_error *err)
{
	struct vr_error error = { 0 };
	int ret = 0;

	note(uninstall, remove_conf(uninstall, &error), "configuration",
	     &error);
	if (loaded && !force)
		ret = check_pods(uninstall, err);
	if (ret)
		return ret;
	if (loaded)
		remove_router_parts(uninstall);
	remove_host_parts(uninstall);
	remove_folders(uninstall);
	if (loaded)
		remove_module(uninstall);
	note(uninstall,
	     remove_file(uninstall->options->cni_bin_dir, PLUGIN, &error),
	     "the plugin", &error);
	if (!uninstall->failures)
		return 0;
	return vr_error_set(err, EIO, "%u things could not be taken away",
			    uninstall->failures);
}

/* It would make all of it again. */
static int refuse_agent(const struct node_options *options,
			struct vr_error *err)
{
	pid_t pid = 0;
	int ret;

	ret = pause_find(options->socket, &pid, err);
	if (ret == -EXDEV || (!ret && pid))
		return vr_error_set(
			err, EBUSY,
			"an agent listens on %s: delete the DaemonSet first",
			options->socket);
	return ret;
}

int uninstall_run(const struct node_options *options, bool force,
		  struct vr_error *err)
{
	struct uninstall uninstall = {
		.options = options,
		.router = VR_NL_INIT,
		.namespaces = PORT_NAMESPACES_INIT,
	};
	bool loaded = module_is_loaded();
	int ret;

	ret = refuse_agent(options, err);
	if (!ret && loaded)
		ret = vr_nl_open(&uninstall.router, -1, err);
	if (!ret)
		ret = remove_all(&uninstall, force, loaded, err);
	vr_nl_close(&uninstall.router);
	port_namespaces_free(&uninstall.namespaces);
	return ret;
}
