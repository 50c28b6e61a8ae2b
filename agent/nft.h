/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of nftables that is kept as it should be.
 */
#ifndef VR_AGENT_NFT_H
#define VR_AGENT_NFT_H

#include "../lib/error.h"
#include "../lib/netlink.h"
#include "child.h"
#include "loop.h"

/**
 * struct nft - what is known of the table
 * @done: a load has ended, well or not: nft_keep() is to be called
 *
 * The rest is private: the text that is being loaded and the one that was, how
 * the table's chains were then, and what was wrong with a load that failed.
 */
struct nft {
	struct loop *loop;
	loop_cb done;
	void *arg;

	struct vr_nl nl;
	struct child *child;
	char *loading;
	char *loaded;
	char *chains;
	struct vr_error error;
};

/* Take the table of vr away, and wait for it. It need not be there. */
int nft_clear(struct vr_error *err);

void nft_init(struct nft *nft, struct loop *loop, loop_cb done, void *arg);

/* A load that goes on is not waited for. */
void nft_stop(struct nft *nft);

/**
 * nft_keep() - Load a text, unless it was and nobody changed the chains since
 * @text: for "nft -f -"; is freed
 *
 * Return: 0 when it is loaded; -EINPROGRESS when @done will be called; another
 * negative errno when it cannot be, that of an earlier call included.
 */
int nft_keep(struct nft *nft, char *text, struct vr_error *err);

#endif /* VR_AGENT_NFT_H */
