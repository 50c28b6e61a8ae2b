// SPDX-License-Identifier: Apache-2.0
/*
 * Ranges and their blocks, as text and as numbers.
 * Entry points: node_range_parse() and node_range_block().
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "node_block.h"

/* A gateway, pods, and in IPv4 a broadcast address. */
#define LEAST_HOST_BITS 3

static bool parse_length(const char *text, unsigned int *length)
{
	char *end;

	*length = (unsigned int)strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end;
}

bool node_range_parse(const char *text, struct node_range *range,
		      const char **why)
{
	cleanup_free char *prefix = strdup(text);
	char *slash = prefix ? strrchr(prefix, '/') : NULL;
	unsigned int bits;

	*why = "is no PREFIX/LENGTH, as 10.244.0.0/16/24 is";
	if (!slash || !parse_length(slash + 1, &range->length))
		return false;
	*slash = '\0';
	if (!strchr(prefix, '/') ||
	    vr_prefix_parse("--node-blocks", prefix, &range->range, NULL))
		return false;
	*why = "has host bits set";
	if (vr_prefix_has_host_bits(&range->range))
		return false;
	bits = 8 * vr_family_bytes(range->range.ip.family);
	*why = "has blocks that are no part of it, or too small for pods";
	return range->length >= range->range.length &&
	       range->length + LEAST_HOST_BITS <= bits;
}

uint32_t node_range_count(const struct node_range *range)
{
	unsigned int bits = range->length - range->range.length;

	if (!range->range.ip.family)
		return 0;
	return bits >= 20 ? NODE_BLOCK_MOST : 1u << bits;
}

struct vr_prefix node_range_block(const struct node_range *range,
				  uint32_t index)
{
	struct vr_prefix block = range->range;
	unsigned int bit;

	block.length = range->length;
	for (bit = range->length; index && bit > range->range.length; bit--) {
		if (index & 1)
			block.ip.bytes[(bit - 1) / 8] |= 1u
							 << (7 - (bit - 1) % 8);
		index >>= 1;
	}
	return block;
}

void node_block_read(const char *text,
		     struct vr_prefix blocks[NODE_BLOCK_FAMILIES])
{
	cleanup_free char *copy = strdup(text);
	char *rest = copy, *word;
	struct vr_prefix prefix;

	memset(blocks, 0, NODE_BLOCK_FAMILIES * sizeof(*blocks));
	while ((word = strsep(&rest, ","))) {
		if (!vr_prefix_parse(NODE_BLOCK_ANNOTATION, word, &prefix,
				     NULL))
			blocks[prefix.ip.family == AF_INET6] = prefix;
	}
}

const char *node_block_write(const struct vr_prefix blocks[NODE_BLOCK_FAMILIES],
			     char text[NODE_BLOCK_TEXT])
{
	char prefix[VR_PREFIX_TEXT];
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < NODE_BLOCK_FAMILIES; i++) {
		if (!blocks[i].ip.family)
			continue;
		if (text[0])
			strcat(text, ",");
		strcat(text, vr_prefix_format(&blocks[i], prefix));
	}
	return text;
}
