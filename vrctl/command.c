// SPDX-License-Identifier: Apache-2.0
/*
 * One command: the table OBJECT x VERB, and what a verb runs with.
 * Entry point: vrctl_command().
 */
#include "command.h"

#include <errno.h>
#include <string.h>

#include "batch.h"
#include "drops.h"
#include "endpoint.h"
#include "lib/field.h"
#include "limits.h"
#include "monitor.h"
#include "network.h"
#include "port.h"
#include "route.h"
#include "uplink.h"

static const struct vrctl_object *const objects[] = {
	&vrctl_network, &vrctl_port,	&vrctl_endpoint, &vrctl_route,
	&vrctl_uplink,	&vrctl_monitor, &vrctl_drops,	 &vrctl_limits,
};

static const char usage_head[] =
	"usage: vrctl [OPTIONS] OBJECT [VERB] [KEY VALUE]...\n"
	"       vrctl [OPTIONS] -batch FILE\n"
	"options: -j (JSON) -p (indented) -o (one line each) -s (counters)\n"
	"         -n NETNS (the instance of that namespace) -V (versions)\n"
	"         -force (a batch goes on after errors)\n";

int vrctl_connect(struct vrctl *vrctl, struct vr_error *err)
{
	if (batch_waiting(vrctl->batch))
		return VRCTL_REFUSED;
	if (vrctl->nl.sk)
		return VRCTL_OK;

	return vrctl_result(vr_nl_open(&vrctl->nl, vrctl->netns_fd, err));
}

int vrctl_result(int ret)
{
	return ret < 0 ? VRCTL_REFUSED : VRCTL_OK;
}

int vrctl_shown(struct vrctl *vrctl, int ret)
{
	if (ret < 0)
		return VRCTL_REFUSED;

	print_end(&vrctl->print);
	if (vrctl->nl.inconsistent)
		fputs("vrctl: warning: changed while being read, objects may be missing or twice\n",
		      stderr);
	return VRCTL_OK;
}

void vrctl_usage(FILE *out)
{
	size_t i;

	fputs(usage_head, out);
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		fputs(objects[i]->usage, out);
}

static void vrctl_append_word(char *words, size_t size, const char *word)
{
	size_t len = strlen(words);

	snprintf(words + len, size - len, "%s, ", word);
}

static const struct vrctl_object *vrctl_find_object(const char *name,
						    struct vr_error *err)
{
	char words[128] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(objects); i++) {
		if (strcmp(objects[i]->name, name) == 0)
			return objects[i];
		vrctl_append_word(words, sizeof(words), objects[i]->name);
	}

	vr_error_set(err, EINVAL, "unknown object \"%s\": expected %shelp",
		     name, words);
	return NULL;
}

static const struct vrctl_verb *
vrctl_find_verb(const struct vrctl_object *object, const char *name,
		struct vr_error *err)
{
	char words[128] = "";
	unsigned int i;

	for (i = 0; i < object->verb_count; i++) {
		if (strcmp(object->verbs[i].name, name) == 0)
			return &object->verbs[i];
		vrctl_append_word(words, sizeof(words), object->verbs[i].name);
	}

	vr_error_set(err, EINVAL, "%s: unknown verb \"%s\": expected %shelp",
		     object->name, name, words);
	return NULL;
}

static int vrctl_run_verb(struct vrctl *vrctl,
			  const struct vrctl_object *object, struct args *args,
			  struct vr_error *err)
{
	const struct vrctl_verb *verb = object->verbs;
	const char *name;
	int ret;

	name = args_take(args);
	if (name) {
		verb = vrctl_find_verb(object, name, err);
		if (!verb)
			return VRCTL_USAGE;
	}

	ret = verb->run(vrctl, args, err);
	if (ret != VRCTL_OK)
		vr_error_prefix(err, "%s %s", object->name, verb->name);

	return ret;
}

int vrctl_command(struct vrctl *vrctl, struct args *args, struct vr_error *err)
{
	const struct vrctl_object *object;
	int ret;

	if (args_match(args, "help")) {
		vrctl_usage(vrctl->print.out);
		return VRCTL_OK;
	}

	/* The caller has at least one word. */
	object = vrctl_find_object(args_take(args), err);
	if (!object)
		return VRCTL_USAGE;
	if (args_match(args, "help")) {
		fputs(object->usage, vrctl->print.out);
		return VRCTL_OK;
	}

	if (object->verbs)
		return vrctl_run_verb(vrctl, object, args, err);

	ret = object->run(vrctl, args, err);
	if (ret != VRCTL_OK)
		vr_error_prefix(err, "%s", object->name);

	return ret;
}
