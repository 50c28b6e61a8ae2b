// SPDX-License-Identifier: Apache-2.0
/*
 * A netlink socket, requests with the kernel's own words on refusal, and
 * dumps that are consistent or say that they are not.
 */
#include "netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/vr.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netns.h"

/* Events of a whole node's pods, and the answer to a large APPLY, fit in. */
#define VR_NL_RECEIVE_BUFFER (4 << 20)
/* How often an interrupted dump is tried in all. */
#define VR_NL_DUMP_TRIES 10

/* One datagram: several messages. */
struct vr_nl_datagram {
	struct vr_nl_datagram *next;
	ssize_t len;
	char data[] __attribute__((aligned(NLMSG_ALIGNTO)));
};

static void vr_nl_free_datagrams(struct vr_nl_datagram *datagram)
{
	struct vr_nl_datagram *next;

	for (; datagram; datagram = next) {
		next = datagram->next;
		free(datagram);
	}
}

static void vr_nl_set_options(int fd)
{
	int size = VR_NL_RECEIVE_BUFFER, one = 1;

	/* Without extended ACKs refusals lack their text, without the others
	 * the kernel does more than it has to: nothing to fail for.
	 */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int vr_nl_open_protocol(struct vr_nl *nl, int protocol, int netns_fd,
			struct vr_error *err)
{
	int ret;

	*nl = (struct vr_nl)VR_NL_INIT;
	nl->sk = nl_socket_alloc();
	if (!nl->sk)
		return vr_error_memory(err);

	ret = vr_netns_connect(nl->sk, protocol, netns_fd, err);
	if (ret < 0) {
		vr_nl_close(nl);
		return ret;
	}

	vr_nl_set_options(vr_nl_fd(nl));
	return 0;
}

int vr_nl_open(struct vr_nl *nl, int netns_fd, struct vr_error *err)
{
	int ret;

	ret = vr_nl_open_protocol(nl, NETLINK_GENERIC, netns_fd, err);
	if (ret < 0)
		return ret;

	ret = genl_ctrl_resolve(nl->sk, VR_GENL_NAME);
	if (ret >= 0) {
		nl->family = ret;
		return 0;
	}

	vr_nl_close(nl);
	if (ret == -NLE_OBJ_NOTFOUND)
		return vr_error_set(err, ENOENT,
				    "vr kernel module is not loaded: modprobe vr");
	return vr_error_set(err, EIO, "cannot find netlink family \"%s\": %s",
			    VR_GENL_NAME, nl_geterror(ret));
}

void vr_nl_close(struct vr_nl *nl)
{
	if (nl->sk)
		nl_socket_free(nl->sk);
	*nl = (struct vr_nl)VR_NL_INIT;
}

int vr_nl_fd(const struct vr_nl *nl)
{
	return nl_socket_get_fd(nl->sk);
}

static int vr_nl_send(struct vr_nl *nl, struct vr_msg *msg, uint16_t flags,
		      struct vr_error *err)
{
	struct nlmsghdr *hdr;
	ssize_t sent;

	if (msg->error)
		return vr_error_set(err, msg->error, "cannot build request: %s",
				    strerror(msg->error));

	hdr = nlmsg_hdr(msg->nl);
	hdr->nlmsg_flags |= flags;
	hdr->nlmsg_seq = nl_socket_use_seq(nl->sk);
	hdr->nlmsg_pid = nl_socket_get_local_port(nl->sk);

	do {
		sent = send(vr_nl_fd(nl), hdr, hdr->nlmsg_len, 0);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return vr_error_set(err, errno, "cannot send request: %s",
				    strerror(errno));
	return 0;
}

/* The kernel tells the length first, so no datagram is ever cut. */
static int vr_nl_receive(struct vr_nl *nl, struct vr_nl_datagram **received,
			 struct vr_error *err)
{
	struct vr_nl_datagram *datagram;
	int fd = vr_nl_fd(nl);
	ssize_t len;

	do {
		len = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC);
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		return vr_error_set(err, errno, "cannot receive: %s",
				    strerror(errno));

	datagram = malloc(sizeof(*datagram) + len);
	if (!datagram)
		return vr_error_memory(err);
	datagram->next = NULL;
	datagram->len = recv(fd, datagram->data, len, 0);
	if (datagram->len < 0) {
		free(datagram);
		return vr_error_set(err, errno, "cannot receive: %s",
				    strerror(errno));
	}

	*received = datagram;
	return 0;
}

/* For refusals without a text: those of generic netlink itself. */
static const char *vr_nl_errno_text(int errnum)
{
	switch (errnum) {
	case EPERM:
		return "not permitted without CAP_NET_ADMIN over the network namespace";
	case EOPNOTSUPP:
		return "the loaded module does not support this";
	default:
		return strerror(errnum);
	}
}

/*
 * Say what a refusal is about: the attribute at the offset that came with it.
 * Linux 6.1 loses the offset when it ends a dump: say all filters then.
 */
static bool vr_nl_describe(const struct vr_msg *msg,
			   const struct nlattr *offset, bool dump, char *buf,
			   size_t size)
{
	if (offset && nla_len(offset) == sizeof(uint32_t))
		return vr_msg_describe(msg, nla_get_u32(offset), buf, size);

	return dump && vr_msg_describe_all(msg, buf, size);
}

/* Refusal @errnum, whose extended part begins at @tlvs. */
static int vr_nl_refused(const struct vr_msg *msg, bool dump, int errnum,
			 const void *tlvs, int len, struct vr_error *err)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = { NULL };
	const char *text = vr_nl_errno_text(errnum);
	char written[sizeof(err->text)];
	struct nlattr *message;

	if (len > 0)
		nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)tlvs, len,
			  NULL);

	message = tb[NLMSGERR_ATTR_MSG];
	if (message && nla_len(message) > 0 &&
	    memchr(nla_data(message), 0, nla_len(message)))
		text = nla_data(message);

	if (vr_nl_describe(msg, tb[NLMSGERR_ATTR_OFFS], dump && message,
			   written, sizeof(written)))
		return vr_error_set(err, errnum, "%s: %s", text, written);

	return vr_error_set(err, errnum, "%s", text);
}

static int vr_nl_malformed(struct vr_error *err)
{
	return vr_error_set(err, EBADMSG, "the kernel's answer is malformed");
}

/* NLMSG_ERROR: an acknowledgement when the errno in it is 0. */
static int vr_nl_acked(const struct vr_msg *msg, struct nlmsghdr *hdr,
		       struct vr_error *err)
{
	const struct nlmsgerr *ack = nlmsg_data(hdr);
	int skip = sizeof(*ack), len = nlmsg_datalen(hdr);

	if (len < skip)
		return vr_nl_malformed(err);
	if (ack->error == 0)
		return 0;

	/* Without the flag the whole request is before the extended part. */
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(ack->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS) || skip > len)
		skip = len;

	return vr_nl_refused(msg, false, -ack->error, (const char *)ack + skip,
			     len - skip, err);
}

/* NLMSG_DONE: the end of a dump, with the errno it ended with. */
static int vr_nl_done(const struct vr_msg *msg, struct nlmsghdr *hdr,
		      struct vr_error *err)
{
	int error, len = nlmsg_datalen(hdr), skip = NLMSG_ALIGN(sizeof(error));

	if (len < (int)sizeof(error))
		return vr_nl_malformed(err);
	memcpy(&error, nlmsg_data(hdr), sizeof(error));
	if (error == 0)
		return 0;

	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS) || skip > len)
		skip = len;
	return vr_nl_refused(msg, true, -error, (char *)nlmsg_data(hdr) + skip,
			     len - skip, err);
}

/**
 * struct vr_nl_answer - the answer to a request, as far as it has come
 * @done: its last message was there
 * @interrupted: a dump of what changed meanwhile
 * @ret: how it ended
 */
struct vr_nl_answer {
	const struct vr_msg *msg;
	vr_nl_cb cb;
	void *arg;
	struct vr_error *err;

	bool done;
	bool interrupted;
	int ret;
};

static void vr_nl_take(struct vr_nl_answer *answer, struct nlmsghdr *hdr)
{
	int ret = 0;

	if (hdr->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;

	switch (hdr->nlmsg_type) {
	case NLMSG_NOOP:
		break;
	case NLMSG_ERROR:
		answer->done = true;
		ret = vr_nl_acked(answer->msg, hdr, answer->err);
		break;
	case NLMSG_DONE:
		answer->done = true;
		ret = vr_nl_done(answer->msg, hdr, answer->err);
		break;
	default:
		/* After an error the rest is read, so that the next request
		 * does not find it, but nobody wants it.
		 */
		if (answer->cb && !answer->ret)
			ret = answer->cb(hdr, answer->arg, answer->err);
		break;
	}

	if (ret < 0)
		answer->ret = ret;
}

static void vr_nl_walk(struct vr_nl_answer *answer,
		       struct vr_nl_datagram *datagram)
{
	struct nlmsghdr *hdr = (struct nlmsghdr *)datagram->data;
	uint32_t seq = nlmsg_hdr(answer->msg->nl)->nlmsg_seq;
	int len = datagram->len;

	for (; nlmsg_ok(hdr, len); hdr = nlmsg_next(hdr, &len)) {
		if (hdr->nlmsg_seq == seq)
			vr_nl_take(answer, hdr);
	}
}

int vr_nl_call(struct vr_nl *nl, struct vr_msg *msg, vr_nl_cb cb, void *arg,
	       struct vr_error *err)
{
	struct vr_nl_answer answer = {
		.msg = msg,
		.cb = cb,
		.arg = arg,
		.err = err,
	};
	struct vr_nl_datagram *datagram;
	int ret;

	nl->inconsistent = false;
	ret = vr_nl_send(nl, msg, NLM_F_REQUEST | NLM_F_ACK, err);
	if (ret < 0)
		return ret;

	while (!answer.done) {
		ret = vr_nl_receive(nl, &datagram, err);
		if (ret < 0)
			return ret;
		vr_nl_walk(&answer, datagram);
		free(datagram);
	}

	return answer.ret;
}

/* Send a dump request and keep the whole answer. */
static int vr_nl_collect(struct vr_nl *nl, struct vr_msg *msg,
			 struct vr_nl_datagram **datagrams, bool *interrupted,
			 struct vr_error *err)
{
	struct vr_nl_answer answer = { .msg = msg, .err = err };
	struct vr_nl_datagram **tail = datagrams;
	int ret;

	ret = vr_nl_send(nl, msg, NLM_F_REQUEST | NLM_F_DUMP, err);
	if (ret < 0)
		return ret;

	while (!answer.done) {
		ret = vr_nl_receive(nl, tail, err);
		if (ret < 0)
			return ret;
		vr_nl_walk(&answer, *tail);
		tail = &(*tail)->next;
	}

	*interrupted = answer.interrupted;
	return answer.ret;
}

static int vr_nl_deliver(struct vr_msg *msg, struct vr_nl_datagram *datagram,
			 vr_nl_cb cb, void *arg, struct vr_error *err)
{
	struct vr_nl_answer answer = {
		.msg = msg,
		.cb = cb,
		.arg = arg,
		.err = err,
	};

	for (; datagram; datagram = datagram->next)
		vr_nl_walk(&answer, datagram);

	return answer.ret;
}

int vr_nl_dump(struct vr_nl *nl, struct vr_msg *msg, vr_nl_cb cb, void *arg,
	       struct vr_error *err)
{
	struct vr_nl_datagram *datagrams = NULL;
	int ret, tries = 0;

	do {
		vr_nl_free_datagrams(datagrams);
		datagrams = NULL;
		ret = vr_nl_collect(nl, msg, &datagrams, &nl->inconsistent,
				    err);
	} while (ret == 0 && nl->inconsistent && ++tries < VR_NL_DUMP_TRIES);

	if (ret == 0)
		ret = vr_nl_deliver(msg, datagrams, cb, arg, err);
	vr_nl_free_datagrams(datagrams);

	return ret;
}

static int vr_nl_take_contract(const struct nlmsghdr *hdr, void *arg,
			       struct vr_error *err)
{
	unsigned int *version = arg;
	struct nlattr *attr;

	attr = nlmsg_find_attr((struct nlmsghdr *)hdr,
			       sizeof(struct genlmsghdr), CTRL_ATTR_VERSION);
	if (!attr || nla_len(attr) < (int)sizeof(uint32_t))
		return vr_error_set(err, EBADMSG,
				    "the kernel's answer is malformed");
	*version = nla_get_u32(attr);
	return 0;
}

int vr_nl_contract(struct vr_nl *nl, unsigned int *version,
		   struct vr_error *err)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;

	vr_msg_start_genl(&msg, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	vr_msg_put_string(&msg, CTRL_ATTR_FAMILY_NAME, "family", VR_GENL_NAME);
	return vr_nl_call(nl, &msg, vr_nl_take_contract, version, err);
}

int vr_nl_subscribe(struct vr_nl *nl, struct vr_error *err)
{
	int group;

	group = genl_ctrl_resolve_grp(nl->sk, VR_GENL_NAME, VR_MCGRP_MONITOR);
	if (group < 0)
		return vr_error_set(err, ENOENT,
				    "cannot find multicast group \"%s\": %s",
				    VR_MCGRP_MONITOR, nl_geterror(group));

	if (setsockopt(vr_nl_fd(nl), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
		       &group, sizeof(group)))
		return vr_error_set(err, errno, "cannot join group \"%s\": %s",
				    VR_MCGRP_MONITOR, vr_nl_errno_text(errno));
	return 0;
}

int vr_nl_listen(struct vr_nl *nl, vr_nl_cb cb, void *arg, struct vr_error *err)
{
	struct vr_nl_datagram *datagram;
	struct nlmsghdr *hdr;
	int len, ret;

	for (;;) {
		ret = vr_nl_receive(nl, &datagram, err);
		if (ret < 0)
			return ret;

		hdr = (struct nlmsghdr *)datagram->data;
		len = datagram->len;
		for (; ret == 0 && nlmsg_ok(hdr, len);
		     hdr = nlmsg_next(hdr, &len)) {
			if (hdr->nlmsg_type == nl->family)
				ret = cb(hdr, arg, err);
		}
		free(datagram);
		if (ret < 0)
			return ret;
	}
}

uint8_t vr_nl_cmd(const struct nlmsghdr *hdr)
{
	const struct genlmsghdr *header = nlmsg_data(hdr);

	if (hdr->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return 0;

	return header->cmd;
}

const struct nlattr *vr_nl_attrs(const struct nlmsghdr *hdr, int *len)
{
	*len = (int)hdr->nlmsg_len - (int)(NLMSG_HDRLEN + GENL_HDRLEN);
	if (*len < 0)
		*len = 0;

	return (const struct nlattr *)((const char *)hdr + NLMSG_HDRLEN +
				       GENL_HDRLEN);
}
