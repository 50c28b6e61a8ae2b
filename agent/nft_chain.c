// SPDX-License-Identifier: Apache-2.0
/*
 * Questions to nf_tables.  Entry points: nft_chain_each() and nft_table_names().
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "../lib/message.h"
#include "nft_chain.h"

struct chains {
	nft_chain_cb cb;
	void *arg;
};

static uint32_t number_of(struct nlattr *attr)
{
	return attr ? ntohl(nla_get_u32(attr)) : 0;
}

static int take_chain(const struct nlmsghdr *hdr, void *arg,
		      struct vr_error *err)
{
	const struct nfgenmsg *header = nlmsg_data(hdr);
	struct nlattr *tb[NFTA_CHAIN_MAX + 1], *hook[NFTA_HOOK_MAX + 1];
	const struct chains *chains = arg;
	struct nft_chain chain = { 0 };

	if (nlmsg_parse((struct nlmsghdr *)hdr, sizeof(*header), tb,
			NFTA_CHAIN_MAX, NULL) < 0 ||
	    !tb[NFTA_CHAIN_TABLE] || !tb[NFTA_CHAIN_NAME])
		return vr_error_set(err, EBADMSG,
				    "the kernel's answer is malformed");
	chain.family = header->nfgen_family;
	chain.table = nla_get_string(tb[NFTA_CHAIN_TABLE]);
	chain.name = nla_get_string(tb[NFTA_CHAIN_NAME]);
	chain.use = number_of(tb[NFTA_CHAIN_USE]);
	chain.drops = tb[NFTA_CHAIN_POLICY] &&
		      number_of(tb[NFTA_CHAIN_POLICY]) == NF_DROP;
	if (tb[NFTA_CHAIN_HOOK] &&
	    !nla_parse_nested(hook, NFTA_HOOK_MAX, tb[NFTA_CHAIN_HOOK], NULL)) {
		chain.is_base = true;
		chain.hook = number_of(hook[NFTA_HOOK_HOOKNUM]);
	}
	chains->cb(&chain, chains->arg);
	return 0;
}

static int start(struct vr_nl *nl, struct vr_msg *msg, int type, uint8_t family,
		 struct vr_error *err)
{
	const struct nfgenmsg header = { .nfgen_family = family };
	int ret = 0;

	if (!nl->sk)
		ret = vr_nl_open_protocol(nl, NETLINK_NETFILTER, -1, err);
	if (!ret)
		vr_msg_start(msg, NFNL_SUBSYS_NFTABLES << 8 | type, 0, &header,
			     sizeof(header));
	return ret;
}

int nft_chain_each(struct vr_nl *nl, uint8_t family, nft_chain_cb cb, void *arg,
		   struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct chains chains = { cb, arg };
	int ret;

	ret = start(nl, &msg, NFT_MSG_GETCHAIN, family, err);
	return ret ? ret : vr_nl_dump(nl, &msg, take_chain, &chains, err);
}

struct search {
	const char *ifname;
	bool found;
};

/* A name to compare with stands in an expression as it is, with its end. */
static int search_rule(const struct nlmsghdr *hdr, void *arg,
		       struct vr_error *err)
{
	struct search *search = arg;

	(void)err;
	if (memmem(hdr, hdr->nlmsg_len, search->ifname,
		   strlen(search->ifname) + 1))
		search->found = true;
	return 0;
}

bool nft_table_names(struct vr_nl *nl, uint8_t family, const char *table,
		     const char *ifname)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct search search = { .ifname = ifname };

	if (start(nl, &msg, NFT_MSG_GETRULE, family, NULL))
		return false;
	vr_msg_put_string(&msg, NFTA_RULE_TABLE, NULL, table);
	vr_nl_dump(nl, &msg, search_rule, &search, NULL);
	return search.found;
}
