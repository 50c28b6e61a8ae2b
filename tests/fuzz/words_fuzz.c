// SPDX-License-Identifier: Apache-2.0
/*
 * Words that people and annotations give: addresses, prefixes, MACs, rates, names of
 * namespaces, times, versions, ranges of VNIs and of nodes' blocks.  What is accepted
 * is written and read again as the same.
 */
#include "agent/node_block.h"
#include "agent/object.h"
#include "agent/vni.h"
#include "cni/environment.h"
#include "fuzz.h"
#include "lib/address.h"
#include "lib/rate.h"
#include "vrctl/batch.h"

static void check_addresses(const char *text)
{
	uint8_t mac[VR_MAC_LEN], mac_again[VR_MAC_LEN];
	struct vr_prefix prefix, prefix_again;
	char buf[VR_PREFIX_TEXT];
	struct vr_error err = { 0 };
	struct vr_ip ip, again;

	if (!vr_ip_parse("k", text, &ip, &err)) {
		vr_ip_format(&ip, buf);
		fuzz_assert(!vr_ip_parse("k", buf, &again, NULL) &&
			    vr_ip_equal(&ip, &again));
	}
	if (!vr_prefix_parse("k", text, &prefix, &err)) {
		vr_prefix_format(&prefix, buf);
		fuzz_assert(!vr_prefix_parse("k", buf, &prefix_again, NULL) &&
			    vr_prefix_equal(&prefix, &prefix_again));
		vr_prefix_mask(&prefix);
		fuzz_assert(!vr_prefix_has_host_bits(&prefix));
	}
	if (!vr_mac_parse("k", text, mac, &err)) {
		vr_mac_format(mac, buf);
		fuzz_assert(!vr_mac_parse("k", buf, mac_again, NULL) &&
			    !memcmp(mac, mac_again, sizeof(mac)));
	}
}

static void check_rate(const char *text)
{
	uint64_t bits, again;
	char buf[VR_RATE_TEXT];

	if (vr_rate_parse("k", text, &bits, NULL))
		return;
	fuzz_assert(
		!vr_rate_parse("k", vr_rate_format(bits, buf), &again, NULL));
	fuzz_assert(bits == again);
}

/* No name of an interface or a container leads out of a folder. */
static void check_names(const char *text)
{
	if (!environment_ifname_problem(text) ||
	    environment_name_is_valid(text))
		fuzz_assert(!strchr(text, '/') && text[0] &&
			    strcmp(text, ".") != 0 && strcmp(text, "..") != 0);
}

static void check_ranges(const char *text)
{
	struct vni_range vnis = { 0 };
	struct node_range range;
	const char *why = NULL;

	if (vni_range_parse(text, &vnis))
		fuzz_assert(vnis.first <= vnis.last && vnis.last < 1 << 24);
	fuzz_assert(node_range_parse(text, &range, &why) || (why && why[0]));
}

static void check_time(const char *text)
{
	char buf[OBJECT_TIME_BYTES];
	time_t when = object_parse_time(text);

	if (when > 0)
		fuzz_assert(object_parse_time(object_format_time(when, buf)) ==
			    when);
}

/* A line of a batch file, whose words stay inside of it. */
static void check_line(char *text)
{
	size_t len = strlen(text);
	struct vr_error err = { 0 };
	char *words[8];
	int i, count;

	count = batch_split(text, words, 8, &err);
	fuzz_assert(count <= 8 && (count >= 0 || err.text[0]));
	for (i = 0; i < count; i++)
		fuzz_assert(words[i] >= text &&
			    words[i] + strlen(words[i]) <= text + len);
}

/* The annotation of a node, of which the other nodes take its blocks. */
static void check_blocks(const char *text)
{
	struct vr_prefix blocks[NODE_BLOCK_FAMILIES] = { 0 };
	char written[NODE_BLOCK_TEXT];

	node_block_read(text, blocks);
	node_block_write(blocks, written);
	fuzz_assert(strlen(written) < sizeof(written));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	check_addresses(text);
	check_rate(text);
	check_names(text);
	check_ranges(text);
	check_time(text);
	check_blocks(text);
	check_line(text); /* the last, which writes into it */
	free(text);
	return 0;
}
