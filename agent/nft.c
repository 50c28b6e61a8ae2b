// SPDX-License-Identifier: Apache-2.0
/*
 * The program nft loads a table, and the kernel says what has become of it.
 * Entry point: nft_keep().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "nft.h"
#include "nft_chain.h"
#include "rules.h"

/* Other programs may hold the kernel's lock for long. */
#define LOAD_SECONDS 30

static const char *const paths[] = { "/usr/sbin/nft", "/sbin/nft",
				     "/usr/bin/nft" };

static const char *find_program(struct vr_error *err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		if (!access(paths[i], X_OK))
			return paths[i];
	}
	vr_error_set(
		err, ENOENT,
		"there is no nft: install nftables, without which pods reach nothing outside");
	return NULL;
}

static void describe_chain(const struct nft_chain *chain, void *arg)
{
	if (!strcmp(chain->table, RULES_TABLE))
		fprintf(arg, "%s %u\n", chain->name, chain->use);
}

/* The table's chains, and how many rules each has; NULL if it cannot be had. */
static char *describe_chains(struct nft *nft)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int ret;

	if (!out)
		return NULL;
	ret = nft_chain_each(&nft->nl, NFPROTO_INET, describe_chain, out, NULL);
	if (fclose(out) || ret) {
		free(text);
		return NULL;
	}
	return text;
}

static bool is_loaded(struct nft *nft, const char *text)
{
	cleanup_free char *chains = NULL;

	if (!nft->loaded || !nft->chains || strcmp(nft->loaded, text) != 0)
		return false;
	chains = describe_chains(nft);
	return chains && !strcmp(chains, nft->chains);
}

static void load_is_done(int status, const char *output, void *arg)
{
	const char *reason = output[0] ? output : "it took too long";
	struct nft *nft = arg;

	nft->child = NULL;
	free(nft->loaded);
	free(nft->chains);
	nft->loaded = nft->loading;
	nft->loading = NULL;
	nft->chains = status ? NULL : describe_chains(nft);
	if (status)
		vr_error_set(&nft->error, EIO,
			     "nft did not load the rules of vr: %.*s",
			     (int)strcspn(reason, "\n"), reason);
	nft->done(nft->arg);
}

static int load(struct nft *nft, const char *text, struct vr_error *err)
{
	const char *arguments[] = { find_program(err), "-f", "-", NULL };
	const struct child_program program = {
		.arguments = arguments,
		.input = text,
		.seconds = LOAD_SECONDS,
		.all_output = true,
	};

	if (!arguments[0])
		return -ENOENT;
	nft->child = child_run(nft->loop, &program, load_is_done, nft, err);
	return nft->child ? -EINPROGRESS : -EIO;
}

int nft_keep(struct nft *nft, char *text, struct vr_error *err)
{
	int ret;

	if (nft->child)
		ret = -EINPROGRESS;
	else if (nft->error.errnum)
		ret = vr_error_set(err, nft->error.errnum, "%s",
				   nft->error.text);
	else if (is_loaded(nft, text))
		ret = 0;
	else
		ret = load(nft, text, err);
	/* Told once, then it is tried again. */
	nft->error.errnum = 0;
	if (nft->child && !nft->loading)
		nft->loading = text;
	else
		free(text);
	return ret;
}

int nft_clear(struct vr_error *err)
{
	const char *arguments[] = { find_program(err), "-f", "-", NULL };
	const struct child_program program = {
		.arguments = arguments,
		.input = "table inet " RULES_TABLE " {\n}\n"
			 "delete table inet " RULES_TABLE "\n",
		.seconds = LOAD_SECONDS,
		.all_output = true,
	};
	cleanup_free char *output = NULL;
	int status = 0;

	if (!arguments[0])
		return -ENOENT;
	output = child_wait(&program, &status, err);
	if (!output)
		return -err->errnum;
	if (!status)
		return 0;
	return vr_error_set(err, EIO, "nft did not delete the table: %.*s",
			    (int)strcspn(output, "\n"), output);
}

void nft_init(struct nft *nft, struct loop *loop, loop_cb done, void *arg)
{
	*nft = (struct nft){
		.loop = loop,
		.done = done,
		.arg = arg,
		.nl = VR_NL_INIT,
	};
}

void nft_stop(struct nft *nft)
{
	child_cancel(nft->child);
	free(nft->loading);
	free(nft->loaded);
	free(nft->chains);
	vr_nl_close(&nft->nl);
}
