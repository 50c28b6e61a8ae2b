// SPDX-License-Identifier: Apache-2.0
/*
 * Namespaces by name, process and path.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/netns.h"
#include "tap.h"

static void test_bad(void)
{
	static const struct {
		const char *name;
		int ret;
		const char *text;
	} cases[] = {
		{ "no-such-one", -ENOENT,
		  "no network namespace \"no-such-one\"" },
		{ "", -EINVAL, "\"\" is not the name of a network namespace" },
		{ ".", -EINVAL,
		  "\".\" is not the name of a network namespace" },
		{ "..", -EINVAL,
		  "\"..\" is not the name of a network namespace" },
		{ "a/b", -EINVAL,
		  "\"a/b\" is not the name of a network namespace" },
		{ "../netns/a", -EINVAL,
		  "\"../netns/a\" is not the name of a network namespace" },
		{ "4294967294", -ESRCH,
		  "no network namespace and no process \"4294967294\"" },
		{ "99999999999999999999999999", -ESRCH,
		  "no network namespace and no process \"99999999999999999999999999\"" },
		{ "/", -EINVAL, "\"/\" is not a network namespace" },
		{ "/dev/null", -EINVAL,
		  "\"/dev/null\" is not a network namespace" },
		{ "/proc/self/ns/mnt", -EINVAL,
		  "\"/proc/self/ns/mnt\" is not a network namespace" },
		{ "/no-such-path", -ENOENT,
		  "cannot open network namespace \"/no-such-path\": No such file or directory" },
	};
	struct vr_error err;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(vr_netns_open(cases[i].name, &err), cases[i].ret,
		       "\"%s\" is refused", cases[i].name);
		is_string(err.text, cases[i].text, "and named");
	}
}

/* Opening a FIFO would wait for ever. */
static void test_fifo(void)
{
	char folder[] = "/tmp/vr-test-XXXXXX", path[64];

	ok(mkdtemp(folder), "a folder");
	snprintf(path, sizeof(path), "%s/fifo", folder);
	ok(mkfifo(path, 0600) == 0, "a FIFO");
	is_int(vr_netns_open(path, NULL), -EINVAL, "is no namespace");
	unlink(path);
	rmdir(folder);
}

static int note(void *arg, struct vr_error *err)
{
	*(int *)arg += 1;
	return *(int *)arg > 2 ? vr_error_set(err, EXDEV, "three") : 0;
}

static void test_good(void)
{
	cleanup_fd int self = vr_netns_open_self(NULL);
	cleanup_fd int path = vr_netns_open("/proc/self/ns/net", NULL);
	cleanup_fd int process = -1;
	struct nl_sock *sk = nl_socket_alloc();
	struct vr_error err;
	char pid[16];
	int count = 0;

	snprintf(pid, sizeof(pid), "%d", getpid());
	process = vr_netns_open(pid, NULL);
	ok(self >= 0 && path >= 0 && process >= 0,
	   "our own namespace opens, by path and process as well");
	ok(vr_netns_same(self, path) && vr_netns_same(self, process),
	   "and is the same");
	ok(!vr_netns_same(self, -1) && !vr_netns_same(self, 0),
	   "what is not it is not");
	ok(fcntl(self, F_GETFD) & FD_CLOEXEC, "a child does not get it");

	is_int(vr_netns_run(-1, note, &count, &err), 0, "run here");
	is_int(vr_netns_run(self, note, &count, &err), 0, "run in our own");
	is_int(vr_netns_run(self, note, &count, &err), -EXDEV, "run to fail");
	is_string(err.text, "three", "with the error it gave");

	is_int(vr_netns_connect(sk, NETLINK_ROUTE, self, &err), 0,
	       "a socket connects");
	ok(nl_socket_get_fd(sk) >= 0, "and is one");
	nl_socket_free(sk);
}

int main(void)
{
	test_bad();
	test_fifo();
	test_good();

	return tap_end();
}
