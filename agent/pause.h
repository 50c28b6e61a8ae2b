/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node's agent, if one runs, held still by whoever changes what it looks at.
 */
#ifndef VR_AGENT_PAUSE_H
#define VR_AGENT_PAUSE_H

#include <stdbool.h>
#include <sys/types.h>

#include "../lib/error.h"

/**
 * pause_find() - The agent that listens on a socket
 * @pid: of it, 0 when there is none
 *
 * Return: 0; -EXDEV when it is one of another container, or another negative errno.
 */
int pause_find(const char *socket_path, pid_t *pid, struct vr_error *err);

/**
 * pause_agent() - Stop it, if there is one
 */
int pause_agent(const char *socket_path, pid_t *pid, struct vr_error *err);

/* Let it go on; @anew: as if it had just been started. */
void pause_end(pid_t pid, bool anew);

#endif /* VR_AGENT_PAUSE_H */
