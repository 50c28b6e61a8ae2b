/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One of the node's addresses, between own.c and its helpers.
 */
#ifndef VR_AGENT_OWN_ADDRESS_H
#define VR_AGENT_OWN_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "own.h"
#include "table.h"

/**
 * struct own_address - an address of this node
 * @entry: by the name of its object
 * @now: what the API says of it, if @known
 * @wanted: what it is to say
 * @sent: what was asked for by @call
 * @doomed: it is to be deleted
 * @linked: it is laid down as a spare on the disk
 * @advertised: a port has it, and nobody of us gave it
 * @refused: another has it, of which somebody was told
 * @lost: the object went while @call was on its way
 * @retry_at: not before, by loop_now(); 0 for at once
 * @network: in use by it, NULL while that is not known
 */
struct own_address {
	struct table_entry entry;
	struct own *own;
	struct network *network;
	struct address now;
	struct address wanted;
	struct address sent;
	struct api_call *call;
	uint64_t retry_at;
	bool known;
	bool doomed;
	bool linked;
	bool advertised;
	bool refused;
	bool lost;
};

/* Take in an object that the API has. Return: NULL without memory. */
struct own_address *own_add(struct own *own, const struct address *address);

/* Take in an object that was another node's. Return: NULL without memory. */
struct own_address *own_take(struct own *own, const struct address *address);

/* Nobody has it any more: it cools, or its claim keeps it. */
void own_address_release(struct own_address *item);

/* Return: this node's address, or NULL. */
struct own_address *own_find(const struct own *own,
			     const struct network *network,
			     const struct vr_ip *ip);

/* Tell the other nodes that none is free: they give their spare ones back. */
void own_want(struct own *own, struct network *network);

/* Use an address that lies here as a spare one, if nobody has taken it. */
struct own_address *own_take_spare(struct own *own, struct network *network,
				   const struct vr_ip *ip);

/* Ask the API for what is wanted, if it does not say so and nothing is asked. */
void own_push(struct own_address *item);

/* It is not this node's any more. */
void own_forget(struct own_address *item);

/* Which object it is, from what the API answered. */
void own_set_version(struct address *address, const cJSON *object);

/* It is to be somebody's. */
void own_address_bind(struct own_address *item, const struct spare_taker *who);

#endif /* VR_AGENT_OWN_ADDRESS_H */
