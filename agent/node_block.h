/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks of addresses for nodes without podCIDRs, out of ranges that the
 * deployment gives.
 */
#ifndef VR_AGENT_NODE_BLOCK_H
#define VR_AGENT_NODE_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/address.h"
#include "peers.h"

#define NODE_BLOCK_ANNOTATION PEER_CIDRS_ANNOTATION

/* IPv4 and IPv6. */
#define NODE_BLOCK_FAMILIES PEER_FAMILIES

/* Of one range; a million nodes are more than there can be. */
#define NODE_BLOCK_MOST (1u << 20)

/**
 * struct node_range - what is cut
 * @range: AF_UNSPEC when this family has none
 * @length: of the prefix of a block
 */
struct node_range {
	struct vr_prefix range;
	unsigned int length;
};

/* Room for the annotation. */
#define NODE_BLOCK_TEXT (NODE_BLOCK_FAMILIES * VR_PREFIX_TEXT)

/**
 * node_range_parse() - Read "10.244.0.0/16/24"
 * @why: gets what is wrong with it
 */
bool node_range_parse(const char *text, struct node_range *range,
		      const char **why);

/* How many blocks there are, at most NODE_BLOCK_MOST. */
uint32_t node_range_count(const struct node_range *range);

/* Block number @index of them. */
struct vr_prefix node_range_block(const struct node_range *range,
				  uint32_t index);

/* From the annotation: what is no prefix is left out. */
void node_block_read(const char *text,
		     struct vr_prefix blocks[NODE_BLOCK_FAMILIES]);

/* For the annotation. Return: @text. */
const char *node_block_write(const struct vr_prefix blocks[NODE_BLOCK_FAMILIES],
			     char text[NODE_BLOCK_TEXT]);

#endif /* VR_AGENT_NODE_BLOCK_H */
