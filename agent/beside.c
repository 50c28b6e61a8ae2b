// SPDX-License-Identifier: Apache-2.0
/*
 * From another plugin's configuration to ours.  Entry point: keep(), which can
 * be called at any time.
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "../cni/file.h"
#include "../cni/json.h"
#include "../cni/netconf.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "beside.h"
#include "log.h"
#include "object.h"

/* Who writes a file writes it in steps. */
#define KEEP_MILLISECONDS 50
#define READY_MILLISECONDS 1000

/* What was not noticed is by then, a folder that was not there included. */
#define LOOK_MILLISECONDS 30000

#define EVENTS                                                      \
	(IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | \
	 IN_DELETE | IN_ONLYDIR)

/* --- what is in it */

/* Earlier results do not say which interface there is. */
static bool is_usable(const char *text)
{
	enum netconf_version version;

	return netconf_version_parse(text, &version) && version >= CNI_0_3_0;
}

static int check_version(const cJSON *list, const char *file,
			 struct vr_error *err)
{
	const char *version = object_text(list, "cniVersion");

	if (is_usable(version))
		return 0;
	return vr_error_set(
		err, EINVAL,
		"%s: \"cniVersion\" is \"%.40s\", which vr-cni cannot be in a list of: it has to be one from 0.3.0 to 1.1.0",
		file, version);
}

/* Of those that a newer runtime may choose, the ones that vr-cni knows too. */
static void keep_known_versions(cJSON *list)
{
	cJSON *versions = cJSON_GetObjectItemCaseSensitive(list, "cniVersions");
	const char *text;
	int i;

	for (i = cJSON_GetArraySize(versions) - 1; i >= 0; i--) {
		text = cJSON_GetStringValue(cJSON_GetArrayItem(versions, i));
		if (!text || !is_usable(text))
			cJSON_DeleteItemFromArray(versions, i);
	}
}

static int check_types(const cJSON *plugins, const char *file,
		       struct vr_error *err)
{
	const cJSON *plugin;
	const char *type;

	cJSON_ArrayForEach(plugin, plugins) {
		type = object_text(plugin, "type");
		if (!strcmp(type, "vr-cni"))
			return vr_error_set(
				err, EEXIST,
				"%s has vr-cni already: take it out there, or --beside away here",
				file);
		if (!strcmp(type, "multus") || !strcmp(type, "multus-shim"))
			return vr_error_set(
				err, EINVAL,
				"%s is Multus', which reads the same annotation: vr-cni runs under it, and not beside it",
				file);
	}
	return 0;
}

/* A single plugin as a list of one, as runtimes see it, too. */
static cJSON *wrap(cJSON *plugin)
{
	static const char *const keys[] = { "cniVersion", "name" };
	cJSON *list = cJSON_CreateObject();
	const cJSON *value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		value = cJSON_GetObjectItemCaseSensitive(plugin, keys[i]);
		if (value)
			cJSON_AddItemToObject(list, keys[i],
					      cJSON_Duplicate(value, true));
	}
	cJSON_AddItemToArray(cJSON_AddArrayToObject(list, "plugins"), plugin);
	return list;
}

/* Return: a list of at least one plugin, or NULL. */
static cJSON *parse_list(const char *text, const char *file,
			 struct vr_error *err)
{
	cJSON *json = json_parse(text, strlen(text), file, err);
	const cJSON *plugins;

	if (!json)
		return NULL;
	plugins = cJSON_GetObjectItemCaseSensitive(json, "plugins");
	if (cJSON_IsArray(plugins) && plugins->child)
		return json;
	if (!plugins && object_text(json, "type")[0])
		return wrap(json);
	cJSON_Delete(json);
	vr_error_set(err, EINVAL, "%s is no configuration of a plugin", file);
	return NULL;
}

static cJSON *our_plugin(const struct cni_conf_options *options)
{
	cJSON *plugin = cJSON_CreateObject();

	cJSON_AddStringToObject(plugin, "type", "vr-cni");
	cJSON_AddTrueToObject(plugin, "podNetworks");
	cni_conf_add_shared(plugin, options);
	/* What else runtimes give is for the first interface. */
	cJSON_AddTrueToObject(cJSON_AddObjectToObject(plugin, "capabilities"),
			      NETCONF_POD_ANNOTATIONS);
	return plugin;
}

char *beside_conf_text(const struct cni_conf_options *options,
		       const char *primary, const char *file,
		       struct vr_error *err)
{
	cleanup_json cJSON *list = parse_list(primary, file, err);
	cJSON *plugins;
	char *text;

	if (!list)
		return NULL;
	plugins = cJSON_GetObjectItemCaseSensitive(list, "plugins");
	if (check_version(list, file, err) || check_types(plugins, file, err))
		return NULL;
	keep_known_versions(list);
	cJSON_AddItemToArray(plugins, our_plugin(options));
	text = cJSON_Print(list);
	if (!text)
		vr_error_memory(err);
	return text;
}

/* --- which file it is of */

static bool is_conf(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && (!strcmp(end, ".conf") || !strcmp(end, ".conflist") ||
		       !strcmp(end, ".json"));
}

/* The first by name, as runtimes have it. Return: to free(), NULL for none. */
static char *find_primary(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char *first = NULL;

	while (dir && (entry = readdir(dir))) {
		if (!is_conf(entry->d_name) ||
		    cni_conf_is_ours(entry->d_name) ||
		    (first && strcmp(entry->d_name, first) >= 0))
			continue;
		free(first);
		first = strdup(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return first;
}

/* --- all of it */

/* The same once only: it is looked at often. */
static void tell(struct beside *beside, enum agent_log_level level,
		 const char *text)
{
	if (beside->told && !strcmp(beside->told, text))
		return;
	free(beside->told);
	beside->told = strdup(text);
	agent_log(level, "%s", text);
}

static int follow(struct beside *beside, const char *file, struct vr_error *err)
{
	const struct cni_conf_options *conf = beside->conf;
	const char *name = cni_conf_name_before(file, err);
	cleanup_json_text char *text = NULL;
	cleanup_free char *primary = NULL;
	cleanup_free char *path = NULL;

	if (!name)
		return -EINVAL;
	if (asprintf(&path, "%s/%s", conf->dir, file) < 0) {
		path = NULL;
		return vr_error_memory(err);
	}
	primary = file_read_path(path, NULL, err);
	/* It went this moment, which is told of. */
	if (!primary)
		return errno == ENOENT ? 0 : -EIO;
	text = beside_conf_text(conf, primary, path, err);
	return text ? cni_conf_replace(conf->dir, name, text, err) : -EINVAL;
}

/*
 * Without a configuration of another plugin there is none of ours.  One that
 * cannot be used leaves ours as it is: it may be half written.
 */
static int keep_conf(struct beside *beside, struct vr_error *err)
{
	const char *dir = beside->conf->dir;
	cleanup_free char *file = find_primary(dir);
	struct vr_error text = { 0 };
	int ret;

	if (file) {
		ret = follow(beside, file, err);
		vr_error_set(&text, EINVAL, "pods get vr-cni behind %s/%s", dir,
			     file);
	} else {
		ret = cni_conf_remove(dir, NULL, err);
		vr_error_set(&text, EINVAL,
			     "there is no configuration of another plugin in %s, so that none is written",
			     dir);
	}
	if (!ret)
		tell(beside, AGENT_INFO, text.text);
	return ret;
}

static void watch(const struct beside *beside)
{
	/* The same folder is not watched twice, and may be another one by now. */
	inotify_add_watch(beside->inotify_fd, beside->conf->dir, EVENTS);
}

static void keep(void *arg)
{
	struct vr_error error = { 0 };
	struct beside *beside = arg;

	loop_timer_set(beside->timer, LOOK_MILLISECONDS);
	watch(beside);
	/* The first pod would ask for networks that are not written yet. */
	if (!beside->is_ready(beside->arg)) {
		loop_timer_set(beside->timer, READY_MILLISECONDS);
		return;
	}
	if (keep_conf(beside, &error))
		tell(beside, AGENT_ERROR, error.text);
}

static void folder_changed(void *arg)
{
	struct beside *beside = arg;
	char events[4096];

	while (read(beside->inotify_fd, events, sizeof(events)) > 0)
		;
	loop_timer_set_by(beside->timer, KEEP_MILLISECONDS);
}

int beside_start(struct beside *beside, struct vr_error *err)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	beside->inotify_fd = fd;
	if (fd < 0)
		return vr_error_set(err, errno, "cannot watch %s: %s",
				    beside->conf->dir, strerror(errno));
	beside->timer = loop_timer_create(beside->loop, keep, beside, err);
	beside->events =
		loop_fd_add(beside->loop, fd, folder_changed, beside, err);
	if (!beside->timer || !beside->events)
		return -ENOMEM;
	loop_timer_set(beside->timer, 0);
	return 0;
}

void beside_stop(struct beside *beside)
{
	if (!beside->timer)
		return;
	loop_fd_remove(beside->events);
	loop_timer_destroy(beside->timer);
	close(beside->inotify_fd);
	free(beside->told);
}
