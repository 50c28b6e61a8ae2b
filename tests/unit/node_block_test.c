// SPDX-License-Identifier: Apache-2.0
/*
 * Ranges that are cut into blocks for nodes: as text, and which blocks there are.
 */
#include <sys/socket.h>

#include "agent/node_block.h"
#include "tap.h"

static void test_refusals(void)
{
	static const char *const bad[] = { "",
					   "10.244.0.0",
					   "10.244.0.0/16",
					   "10.244.0.0/16/",
					   "10.244.0.0/16/x",
					   "10.244.0.0/16/-1",
					   "10.244.0.1/16/24",
					   "10.244.0.0/16/15",
					   "10.244.0.0/16/30",
					   "10.244.0.0/33/34",
					   "2001:db8::/48/47",
					   "2001:db8::/48/126",
					   "2001:db8::1/48/64" };
	struct node_range range;
	const char *why;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		ok(!node_range_parse(bad[i], &range, &why) && why,
		   "\"%s\" is none: %s", bad[i], why ? why : "");
	}
}

struct known {
	const char *range;
	uint32_t count;
	uint32_t index;
	const char *block;
};

static void test_blocks(void)
{
	static const struct known known[] = {
		{ "10.244.0.0/16/24", 256, 0, "10.244.0.0/24" },
		{ "10.244.0.0/16/24", 256, 255, "10.244.255.0/24" },
		{ "10.0.0.0/8/26", 262144, 262143, "10.255.255.192/26" },
		{ "10.244.7.0/24/24", 1, 0, "10.244.7.0/24" },
		{ "192.0.2.0/24/29", 32, 5, "192.0.2.40/29" },
		{ "2001:db8:244::/48/64", 65536, 65535,
		  "2001:db8:244:ffff::/64" },
		{ "2001:db8::/32/64", NODE_BLOCK_MOST, 1, "2001:db8:0:1::/64" },
		{ "2001:db8::/61/64", 8, 7, "2001:db8:0:7::/64" },
	};
	char text[VR_PREFIX_TEXT];
	struct vr_prefix block;
	struct node_range range;
	const char *why;
	unsigned int i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		ok(node_range_parse(known[i].range, &range, &why), "%s",
		   known[i].range);
		is_int(node_range_count(&range), known[i].count, "blocks");
		block = node_range_block(&range, known[i].index);
		is_string(vr_prefix_format(&block, text), known[i].block,
			  "block %u", known[i].index);
	}
}

static void test_annotation(void)
{
	struct vr_prefix blocks[NODE_BLOCK_FAMILIES];
	char text[NODE_BLOCK_TEXT];

	node_block_read("2001:db8::/64,10.244.1.0/24", blocks);
	is_string(node_block_write(blocks, text), "10.244.1.0/24,2001:db8::/64",
		  "both families, in order");
	node_block_read("x,2001:db8::/64,", blocks);
	is_string(node_block_write(blocks, text), "2001:db8::/64",
		  "what is no prefix is left out");
	node_block_read("", blocks);
	is_string(node_block_write(blocks, text), "", "nothing is nothing");
}

int main(void)
{
	test_refusals();
	test_blocks();
	test_annotation();
	return tap_end();
}
