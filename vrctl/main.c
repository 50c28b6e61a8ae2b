// SPDX-License-Identifier: Apache-2.0
/*
 * vrctl: shows and changes what the vr module routes for.  Options, then one
 * command or a batch of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "command.h"
#include "lib/cleanup.h"
#include "lib/netns.h"
#include "lib/version.h"

#define MODULE_VERSION_FILE "/sys/module/vr/version"

/**
 * struct options - what is before the object
 * @batch: file of commands, NULL for one command
 * @netns: namespace to work in, NULL for our own
 */
struct options {
	bool json;
	bool pretty;
	bool oneline;
	bool stats;
	bool version;
	bool help;
	bool force;
	const char *batch;
	const char *netns;
};

static bool options_flag(const char *word, struct options *options)
{
	const struct {
		const char *word;
		bool *flag;
	} flags[] = {
		{ "-j", &options->json },      { "-p", &options->pretty },
		{ "-o", &options->oneline },   { "-s", &options->stats },
		{ "-V", &options->version },   { "-h", &options->help },
		{ "-force", &options->force },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(flags[i].word, word) == 0) {
			*flags[i].flag = true;
			return true;
		}
	}

	return false;
}

static int options_parse(struct args *args, struct options *options,
			 struct vr_error *err)
{
	const char **value;
	const char *word;

	while ((word = args_peek(args)) && word[0] == '-') {
		args->next++;
		if (options_flag(word, options))
			continue;

		if (strcmp(word, "-n") == 0) {
			value = &options->netns;
		} else if (strcmp(word, "-batch") == 0) {
			value = &options->batch;
		} else {
			vr_error_set(err, EINVAL,
				     "unknown option \"%s\": expected -j, -p, -o, -s, -n NETNS, -V, -h, -batch FILE or -force",
				     word);
			return VRCTL_USAGE;
		}

		*value = args_take(args);
		if (!*value) {
			vr_error_set(err, EINVAL,
				     "missing value of option \"%s\"", word);
			return VRCTL_USAGE;
		}
	}

	return VRCTL_OK;
}

static int print_version(void)
{
	cleanup_file FILE *file = fopen(MODULE_VERSION_FILE, "re");
	char version[64] = "";

	if (file && fgets(version, sizeof(version), file))
		version[strcspn(version, "\n")] = '\0';

	if (version[0])
		printf("vrctl %s, module %s\n", VR_VERSION, version);
	else
		printf("vrctl %s, module not loaded\n", VR_VERSION);

	return VRCTL_OK;
}

static int run(struct vrctl *vrctl, const struct options *options,
	       struct args *args, struct vr_error *err)
{
	if (options->version)
		return print_version();
	if (options->help) {
		vrctl_usage(stdout);
		return VRCTL_OK;
	}
	if (options->batch && !args_peek(args))
		return batch_run(vrctl, options->batch, options->force, err);
	if (options->batch)
		return args_end(args, err);
	if (!args_peek(args)) {
		vrctl_usage(stderr);
		vr_error_set(err, EINVAL, "missing OBJECT");
		return VRCTL_USAGE;
	}

	return vrctl_command(vrctl, args, err);
}

static int run_in_netns(struct vrctl *vrctl, const struct options *options,
			struct args *args, struct vr_error *err)
{
	cleanup_fd int netns_fd = -1;
	int ret;

	if (options->netns) {
		netns_fd = vr_netns_open(options->netns, err);
		if (netns_fd < 0)
			return VRCTL_REFUSED;
	}

	vrctl->netns_fd = netns_fd;
	ret = run(vrctl, options, args, err);
	vr_nl_close(&vrctl->nl);

	return ret;
}

int main(int argc, char **argv)
{
	struct args args = { .words = argv + 1, .count = argc - 1 };
	struct vrctl vrctl = {
		.nl = VR_NL_INIT,
		.print = { .out = stdout },
	};
	struct options options = { .json = false };
	struct vr_error err = { .errnum = 0 };
	int ret;

	ret = options_parse(&args, &options, &err);
	vrctl.stats = options.stats;
	vrctl.print.json = options.json;
	vrctl.print.pretty = options.pretty;
	vrctl.print.oneline = options.oneline;

	if (ret == VRCTL_OK)
		ret = run_in_netns(&vrctl, &options, &args, &err);
	args_close(&args);

	/* Errors that a batch went on after were printed as they came. */
	if (ret != VRCTL_OK && err.text[0])
		fprintf(stderr, "vrctl: %s\n", err.text);
	if (ret == VRCTL_OK && (fflush(stdout) == EOF || vrctl.print.failed)) {
		fputs("vrctl: cannot write the output\n", stderr);
		ret = VRCTL_REFUSED;
	}

	return ret;
}
