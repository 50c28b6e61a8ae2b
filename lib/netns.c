// SPDX-License-Identifier: Apache-2.0
/*
 * Network namespaces: open one by what a user calls it, and run a function
 * or open a socket inside it without a fork.
 */
#define _GNU_SOURCE

#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"

#define VR_NETNS_FOLDER "/run/netns"

static bool vr_netns_is_one(int fd)
{
	struct statfs fs;

	/* The ioctl is asked of nsfs only: to others the number may mean
	 * anything.
	 */
	return fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC &&
	       ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET;
}

static int vr_netns_open_path(const char *path, struct vr_error *err)
{
	/* Without O_NONBLOCK a path to a FIFO would wait for its writer. */
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int opened;

	if (fd < 0)
		return vr_error_set(err, errno,
				    "cannot open network namespace \"%s\": %s",
				    path, strerror(errno));
	if (!vr_netns_is_one(fd))
		return vr_error_set(err, EINVAL,
				    "\"%s\" is not a network namespace", path);

	opened = fd;
	fd = -1;
	return opened;
}

static int vr_netns_open_pid(const char *pid, struct vr_error *err)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/ns/net", pid);
	fd = vr_netns_open_path(path, err);
	if (fd == -ENOENT)
		return vr_error_set(err, ESRCH,
				    "no network namespace and no process \"%s\"",
				    pid);
	return fd;
}

int vr_netns_open(const char *name, struct vr_error *err)
{
	size_t len = strlen(name);
	char path[512];
	int fd;

	if (name[0] == '/')
		return vr_netns_open_path(name, err);

	/* A name with a slash could leave the folder, and so could "..". */
	if (len == 0 || strchr(name, '/') || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0 || len > 255)
		return vr_error_set(err, EINVAL,
				    "\"%s\" is not the name of a network namespace",
				    name);

	snprintf(path, sizeof(path), VR_NETNS_FOLDER "/%s", name);
	fd = vr_netns_open_path(path, err);
	if (fd != -ENOENT)
		return fd;
	if (strspn(name, "0123456789") == len)
		return vr_netns_open_pid(name, err);

	return vr_error_set(err, ENOENT, "no network namespace \"%s\"", name);
}

int vr_netns_open_self(struct vr_error *err)
{
	return vr_netns_open_path("/proc/thread-self/ns/net", err);
}

bool vr_netns_same(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

int vr_netns_enter(int fd, struct vr_error *err)
{
	if (setns(fd, CLONE_NEWNET) < 0)
		return vr_error_set(err, errno,
				    "cannot enter the network namespace: %s",
				    strerror(errno));
	return 0;
}

int vr_netns_run(int fd, int (*run)(void *arg, struct vr_error *err), void *arg,
		 struct vr_error *err)
{
	cleanup_fd int self = -1;
	int ret;

	if (fd < 0)
		return run(arg, err);

	self = vr_netns_open_self(err);
	if (self < 0)
		return self;
	if (vr_netns_same(self, fd))
		return run(arg, err);

	ret = vr_netns_enter(fd, err);
	if (ret < 0)
		return ret;

	ret = run(arg, err);

	if (setns(self, CLONE_NEWNET) < 0)
		return vr_error_set(
			err, ENOTRECOVERABLE,
			"cannot come back from the network namespace: %s",
			strerror(errno));
	return ret;
}

struct vr_netns_connection {
	struct nl_sock *sk;
	int protocol;
};

static int vr_netns_connect_here(void *arg, struct vr_error *err)
{
	struct vr_netns_connection *connection = arg;
	int ret;

	ret = nl_connect(connection->sk, connection->protocol);
	if (ret < 0)
		return vr_error_set(err, EIO,
				    "cannot open a netlink socket: %s",
				    nl_geterror(ret));
	return 0;
}

int vr_netns_connect(struct nl_sock *sk, int protocol, int fd,
		     struct vr_error *err)
{
	struct vr_netns_connection connection = {
		.sk = sk,
		.protocol = protocol,
	};

	return vr_netns_run(fd, vr_netns_connect_here, &connection, err);
}
