/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of other nodes for which pods of this node stand by, as those of a
 * virtual machine that moves here.
 */
#ifndef VR_AGENT_STANDING_H
#define VR_AGENT_STANDING_H

#include <stdbool.h>

#include "own.h"

/**
 * struct standing - all of them
 * @own: where they get to
 * @timer: whoever set it up calls standing_check() when it is due
 */
struct standing {
	struct api *api;
	struct own *own;
	struct vr_nl *router;
	const struct attachments *attachments;
	struct networks *networks;
	struct loop_timer *timer;

	struct table table;
	struct watch *watch;
};

int standing_start(struct standing *standing, struct vr_error *err);
void standing_stop(struct standing *standing);

/* Look at ports, after attachments_refresh(), and take over what has become ours. */
void standing_check(struct standing *standing);

/* Does an interface stand by for this address? */
bool standing_has(const struct standing *standing,
		  const struct network *network, const struct vr_ip *ip,
		  const char *container, const char *interface);

#endif /* VR_AGENT_STANDING_H */
