// SPDX-License-Identifier: Apache-2.0
/*
 * The folder of files that define networks.  Entry point: definitions_find().
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "code.h"
#include "definitions.h"
#include "file.h"
#include "ipam.h"
#include "json.h"

struct definition_file {
	char *path;
	cJSON *json; /* NULL: cannot be used */
	char *problem;
};

static void read_definition(struct definition_file *file)
{
	struct vr_error problem = { 0 };
	cleanup_free char *text = NULL;
	size_t len;

	text = file_read_path(file->path, &len, &problem);
	if (text)
		file->json = json_parse(text, len, file->path, &problem);
	if (file->json && !cJSON_IsObject(file->json)) {
		json_refuse(file->path, NULL, file->json, "is not an object",
			    &problem);
		cJSON_Delete(file->json);
		file->json = NULL;
	}
	if (!file->json && problem.errnum)
		file->problem = strdup(problem.text);
}

static int is_definition(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	       !strcmp(entry->d_name + len - 5, ".json");
}

void definitions_open(struct definitions *definitions, const char *folder)
{
	*definitions = (struct definitions){ .folder = folder };
}

static int add_file(struct definitions *definitions, const char *name,
		    struct vr_error *err)
{
	struct definition_file *file;

	file = vr_list_grow(&definitions->files, &definitions->count,
			    sizeof(*file));
	if (!file)
		return vr_error_memory(err);
	if (asprintf(&file->path, "%s/%s", definitions->folder, name) < 0) {
		file->path = NULL;
		return vr_error_memory(err);
	}
	read_definition(file);
	return 0;
}

/* Read all files, once. */
static int scan(struct definitions *definitions, struct vr_error *err)
{
	struct dirent **entries = NULL;
	int count, i, ret = 0;

	if (definitions->scanned)
		return 0;
	count = scandir(definitions->folder, &entries, is_definition,
			alphasort);
	if (count < 0 && errno != ENOENT)
		return cni_fail(err, CNI_IO, "networksDir \"%s\": %s",
				definitions->folder, strerror(errno));
	for (i = 0; i < count; i++) {
		if (!ret)
			ret = add_file(definitions, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	definitions->scanned = !ret;
	return ret;
}

static void file_free(struct definition_file *file)
{
	cJSON_Delete(file->json);
	free(file->problem);
	free(file->path);
}

void definitions_free(struct definitions *definitions)
{
	unsigned int i;

	for (i = 0; i < definitions->count; i++)
		file_free(&definitions->files[i]);
	free(definitions->files);
}

static int parse_file(const struct definition_file *file, const char *name,
		      struct definition *definition, struct vr_error *err)
{
	int ret;

	ret = definition_check_keys(file->json, file->path, err);
	if (!ret)
		ret = definition_parse(file->json, name, file->path, definition,
				       err);
	return ret;
}

static bool has_name(const struct definition_file *file, const char *name)
{
	const cJSON *item = file->json ? json_item(file->json, "name") : NULL;

	return cJSON_IsString(item) && !strcmp(item->valuestring, name);
}

/* In the file of its name. */
static bool find_by_file(const struct definitions *definitions,
			 const char *name, struct definition *definition,
			 int *ret, struct vr_error *err)
{
	cleanup_free char *file_name = ipam_network_name(name);
	struct definition_file file = { 0 };
	bool found;

	if (!file_name || asprintf(&file.path, "%s/%s.json",
				   definitions->folder, file_name) < 0)
		return false;
	read_definition(&file);
	found = has_name(&file, name);
	if (found)
		*ret = parse_file(&file, name, definition, err);
	file_free(&file);
	return found;
}

static int not_found(const struct definitions *definitions, const char *name,
		     const char *where, struct vr_error *err)
{
	const char *problem = NULL;
	unsigned int i;

	for (i = 0; i < definitions->count && !problem; i++)
		problem = definitions->files[i].problem;
	cni_fail(err, CNI_CONFIG,
		 "%s: network \"%s\" is defined by no file in %s%s%s", where,
		 name, definitions->folder, problem ? "; cannot use " : "",
		 problem ? problem : "");
	return -ENOENT;
}

/* In whatever file. */
static int find_by_scan(struct definitions *definitions, const char *name,
			const struct definition_file **found,
			struct vr_error *err)
{
	const struct definition_file *file;
	unsigned int i;
	int ret;

	*found = NULL;
	ret = scan(definitions, err);
	for (i = 0; !ret && i < definitions->count; i++) {
		file = &definitions->files[i];
		if (!has_name(file, name))
			continue;
		if (*found)
			return cni_fail(
				err, CNI_CONFIG,
				"network \"%s\" is defined twice, by %s and by %s",
				name, (*found)->path, file->path);
		*found = file;
	}
	return ret;
}

int definitions_find(struct definitions *definitions, const char *name,
		     const char *where, struct definition *definition,
		     struct vr_error *err)
{
	const struct definition_file *found;
	int ret;

	if (find_by_file(definitions, name, definition, &ret, err))
		return ret;
	ret = find_by_scan(definitions, name, &found, err);
	if (ret)
		return ret;
	if (!found)
		return not_found(definitions, name, where, err);
	return parse_file(found, name, definition, err);
}
