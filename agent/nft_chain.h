/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains of nftables, as the kernel tells of them.
 */
#ifndef VR_AGENT_NFT_CHAIN_H
#define VR_AGENT_NFT_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/error.h"
#include "../lib/netlink.h"

/**
 * struct nft_chain - a chain
 * @family: NFPROTO_*
 * @use: how many rules it has, and jumps to it there are
 * @is_base: a hook has it, which is @hook (NF_INET_*)
 * @drops: its policy is to drop
 */
struct nft_chain {
	uint8_t family;
	const char *table;
	const char *name;
	uint32_t use;
	bool is_base;
	uint32_t hook;
	bool drops;
};

/* Gets each chain, which is gone when it returns. */
typedef void (*nft_chain_cb)(const struct nft_chain *chain, void *arg);

/**
 * nft_chain_each() - Go over the chains of a family
 * @nl: opened here (NETLINK_NETFILTER) when it is not yet
 * @family: NFPROTO_UNSPEC for all
 */
int nft_chain_each(struct vr_nl *nl, uint8_t family, nft_chain_cb cb, void *arg,
		   struct vr_error *err);

/* Does a rule of a table name this device? */
bool nft_table_names(struct vr_nl *nl, uint8_t family, const char *table,
		     const char *ifname);

#endif /* VR_AGENT_NFT_CHAIN_H */
