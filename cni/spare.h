/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_SPARE_H
#define VR_CNI_SPARE_H

#include "../lib/address.h"
#include "../lib/error.h"
#include "environment.h"
#include "pool.h"
#include "result.h"

#define SPARE_FOLDER "/var/lib/vr/spares"

/* What a spare that nobody has points to. */
#define SPARE_FREE "-"

/**
 * struct spare_owner - who takes a spare
 * @pod: what is known of it
 * @mac: of the interface, when @has_mac; else the one of the address is put in
 */
struct spare_owner {
	const char *container_id;
	const char *ifname;
	const struct environment_pod *pod;
	bool has_mac;
	uint8_t mac[VR_MAC_LEN];
};

/* What a spare points to that somebody has; @text has STORE_TEXT_BYTES. */
void spare_format_owner(const struct spare_owner *owner, char *text);

/**
 * spare_take() - Take addresses that the agent has laid down on the node
 * @folder: of all networks
 * @pool: of the network, of which each set gets an address
 *
 * One that the owner has already, of a call that died, is taken again.
 *
 * Return: 0; -ENOENT, with @err unset, when there is none; another negative.
 */
int spare_take(const char *folder, const struct pool *pool,
	       struct spare_owner *owner, struct result *result,
	       struct vr_error *err);

/* Put back what was taken and never used. */
int spare_put_back(const char *folder, const struct pool *pool,
		   const struct spare_owner *owner, struct vr_error *err);

#endif
