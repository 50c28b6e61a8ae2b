// SPDX-License-Identifier: Apache-2.0
/*
 * Fill a network with IPv4 routes as the Internet has them, the same ones in
 * each run, all of them through one port.
 *
 * usage: fill NETWORK COUNT PORT-ID
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/netlink.h>
#include <linux/vr.h>
#include <stdlib.h>
#include <string.h>

#include "lib/message.h"
#include "lib/netlink.h"
#include "tests/bgp.h"

/* As many objects as one request may have. */
#define BATCH 64

/* Prefixes there are already, a hash table of twice what it has to take. */
struct seen {
	uint64_t *slots;
	size_t room;
};

static bool seen_before(struct seen *seen, uint32_t addr, uint8_t length)
{
	uint64_t key = (uint64_t)length << 32 | addr;
	size_t i = key * 0x9e3779b97f4a7c15 % seen->room;

	for (; seen->slots[i]; i = (i + 1) % seen->room)
		if (seen->slots[i] == key)
			return true;
	seen->slots[i] = key;
	return false;
}

static void put_route(struct vr_msg *msg, const char *network, uint32_t port,
		      uint32_t addr, uint8_t length)
{
	struct vr_ip ip = { .family = AF_INET };

	addr = htonl(addr);
	memcpy(ip.bytes, &addr, sizeof(addr));
	vr_msg_nest(msg, VR_A_APPLY_ROUTE, NULL);
	vr_msg_put_string(msg, VR_A_ROUTE_NETWORK, NULL, network);
	vr_msg_put_ip(msg, VR_A_ROUTE_PREFIX, NULL, &ip);
	vr_msg_put_u8(msg, VR_A_ROUTE_PREFIX_LENGTH, NULL, length);
	vr_msg_nest(msg, VR_A_ROUTE_NEXTHOP, NULL);
	vr_msg_put_u32(msg, VR_A_NEXTHOP_PORT_ID, NULL, port);
	vr_msg_end(msg);
	vr_msg_end(msg);
}

static void fill(struct vr_nl *nl, const char *network, long count,
		 uint32_t port)
{
	struct seen seen = { .room = 2 * count };
	uint64_t state = BGP_SEED;
	struct vr_error error;
	uint32_t addr;
	uint8_t length;
	int i;

	seen.slots = calloc(seen.room, sizeof(*seen.slots));
	if (!seen.slots)
		err(1, "calloc");
	while (count > 0) {
		cleanup_msg struct vr_msg msg = VR_MSG_INIT;

		vr_msg_start_genl(&msg, nl->family, VR_CMD_APPLY,
				  VR_GENL_VERSION, NLM_F_CREATE);
		for (i = 0; i < BATCH && count > 0; i++, count--) {
			do
				addr = bgp4_prefix(&state, &length);
			while (seen_before(&seen, addr, length));
			put_route(&msg, network, port, addr, length);
		}
		if (vr_nl_call(nl, &msg, NULL, NULL, &error) < 0)
			errx(1, "%s", error.text);
	}
	free(seen.slots);
}

int main(int argc, char **argv)
{
	cleanup_nl struct vr_nl nl = VR_NL_INIT;
	struct vr_error error;

	if (argc != 4)
		errx(2, "usage: fill NETWORK COUNT PORT-ID");
	if (vr_nl_open(&nl, -1, &error) < 0)
		errx(1, "%s", error.text);
	fill(&nl, argv[1], atol(argv[2]), atol(argv[3]));
	return 0;
}
