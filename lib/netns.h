/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network namespaces: open one by what a user calls it, and run a function
 * or open a socket inside it without a fork.
 */
#ifndef VR_LIB_NETNS_H
#define VR_LIB_NETNS_H

#include <stdbool.h>

#include "error.h"

struct nl_sock;

/**
 * vr_netns_open - open a network namespace
 * @name: a name under /run/netns (as "ip netns" makes them), a process id, or
 *	a path that begins with "/".  A name wins over a process id.
 *
 * Return: a file descriptor (close-on-exec) the caller closes, or a negative
 * errno: -ENOENT there is none of this name, -ESRCH no such process,
 * -EINVAL it is something else than a network namespace.
 */
int vr_netns_open(const char *name, struct vr_error *err);

/**
 * vr_netns_open_self - open the namespace the calling thread is in
 *
 * Return: a file descriptor the caller closes, or a negative errno.
 */
int vr_netns_open_self(struct vr_error *err);

/**
 * vr_netns_same - whether two file descriptors are the same namespace
 */
bool vr_netns_same(int a, int b);

/**
 * vr_netns_enter - move the calling thread into a namespace for good
 *
 * Return: 0 or a negative errno.
 */
int vr_netns_enter(int fd, struct vr_error *err);

/**
 * vr_netns_run - run a function inside a namespace
 * @fd: the namespace, -1 for the one the thread is in
 * @run: returns 0 or a negative errno, and fills @err itself
 *
 * Moves the calling thread in and back out.  Only the network namespace
 * changes: paths, /sys included, are those of the caller.
 *
 * Return: what @run returned, or a negative errno.  -ENOTRECOVERABLE: the
 * thread could not come back and must do no more.
 */
int vr_netns_run(int fd, int (*run)(void *arg, struct vr_error *err), void *arg,
		 struct vr_error *err);

/**
 * vr_netns_connect - connect a libnl socket that belongs to a namespace
 * @sk: allocated, not connected
 * @protocol: NETLINK_GENERIC, NETLINK_ROUTE, ...
 * @fd: the namespace, -1 for the one the thread is in
 *
 * A socket stays in the namespace it was made in, so the caller need not
 * enter that again to use it.
 *
 * Return: 0 or a negative errno.
 */
int vr_netns_connect(struct nl_sock *sk, int protocol, int fd,
		     struct vr_error *err);

#endif /* VR_LIB_NETNS_H */
