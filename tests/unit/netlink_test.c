// SPDX-License-Identifier: Apache-2.0
/*
 * Answers of the kernel: crafted ones, and those of rtnetlink, which every
 * machine has.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

/* Its static functions read the answers. */
#include "lib/netlink.c"

#include "lib/cleanup.h"
#include "tap.h"

/* A request with one attribute, "mtu 5". */
static uint32_t request(struct vr_msg *msg)
{
	vr_msg_start_genl(msg, 33, 1, 1, 0);
	vr_msg_put_u32(msg, 4, "mtu", 5);
	return NLMSG_HDRLEN + GENL_HDRLEN;
}

/*
 * An acknowledgement as the kernel writes it: with the request's header only
 * or (@whole) all of it, and the extended part.
 */
static struct nl_msg *acknowledge(const struct vr_msg *msg, int error,
				  int whole, const char *text,
				  const uint32_t *offset)
{
	struct nlmsghdr *sent = nlmsg_hdr(msg->nl);
	struct nl_msg *ack = nlmsg_alloc();
	int flags = whole ? 0 : NLM_F_CAPPED;

	if (text || offset)
		flags |= NLM_F_ACK_TLVS;
	nlmsg_put(ack, 0, sent->nlmsg_seq, NLMSG_ERROR, 0, flags);
	nlmsg_append(ack, &error, sizeof(error), 0);
	nlmsg_append(ack, sent, whole ? sent->nlmsg_len : NLMSG_HDRLEN,
		     NLMSG_ALIGNTO);
	if (text)
		nla_put_string(ack, NLMSGERR_ATTR_MSG, text);
	if (offset)
		nla_put_u32(ack, NLMSGERR_ATTR_OFFS, *offset);

	return ack;
}

static void test_acknowledgements(void)
{
	static const struct {
		const char *desc;
		int error;
		int whole;
		const char *text;
		int with_offset;
		const char *want;
	} cases[] = {
		{ "success", 0, 0, NULL, 0, "" },
		{ "success with a warning", 0, 0, "careful", 1, "" },
		{ "errno alone", -ENOENT, 0, NULL, 0,
		  "No such file or directory" },
		{ "text", -EBUSY, 0, "is in use", 0, "is in use" },
		{ "text and attribute", -EBUSY, 0, "is in use", 1,
		  "is in use: mtu 5" },
		{ "attribute alone", -EINVAL, 0, NULL, 1,
		  "Invalid argument: mtu 5" },
		{ "all behind the request", -EBUSY, 1, "is in use", 1,
		  "is in use: mtu 5" },
		{ "the request alone", -EPERM, 1, NULL, 0,
		  "not permitted without CAP_NET_ADMIN over the network namespace" },
	};
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	uint32_t offset = request(&msg);
	struct nl_msg *ack;
	struct vr_error err;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err.text[0] = '\0';
		ack = acknowledge(&msg, cases[i].error, cases[i].whole,
				  cases[i].text,
				  cases[i].with_offset ? &offset : NULL);
		is_int(vr_nl_acked(&msg, nlmsg_hdr(ack), &err), cases[i].error,
		       "%s: errno", cases[i].desc);
		is_string(err.text, cases[i].want, "%s: text", cases[i].desc);
		nlmsg_free(ack);
	}

	offset++;
	ack = acknowledge(&msg, -EBUSY, 0, "is in use", &offset);
	vr_nl_acked(&msg, nlmsg_hdr(ack), &err);
	is_string(err.text, "is in use", "an offset of nothing is left out");
	nlmsg_hdr(ack)->nlmsg_len = NLMSG_HDRLEN + 4;
	is_int(vr_nl_acked(&msg, nlmsg_hdr(ack), &err), -EBADMSG,
	       "a short acknowledgement is malformed");
	nlmsg_free(ack);
}

static void test_done(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	uint32_t offset = request(&msg);
	struct nl_msg *done = nlmsg_alloc();
	struct vr_error err;
	int error = -ENODEV;

	nlmsg_put(done, 0, 1, NLMSG_DONE, 0, NLM_F_ACK_TLVS);
	nlmsg_append(done, &error, sizeof(error), NLMSG_ALIGNTO);
	nla_put_string(done, NLMSGERR_ATTR_MSG, "no such network");
	nla_put_u32(done, NLMSGERR_ATTR_OFFS, offset);
	is_int(vr_nl_done(&msg, nlmsg_hdr(done), &err), -ENODEV,
	       "a dump ends with an error");
	is_string(err.text, "no such network: mtu 5", "and its text");
	nlmsg_hdr(done)->nlmsg_len -= nla_total_size(sizeof(offset));
	vr_msg_put_string(&msg, 5, "origin", "cni");
	vr_nl_done(&msg, nlmsg_hdr(done), &err);
	is_string(err.text, "no such network: mtu 5 origin cni",
		  "without an offset all filters are named");
	nlmsg_hdr(done)->nlmsg_len = NLMSG_HDRLEN;
	is_int(vr_nl_done(&msg, nlmsg_hdr(done), &err), -EBADMSG,
	       "a dump without an errno is malformed");
	nlmsg_free(done);
}

static void test_interrupted(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct vr_nl_answer answer = { .msg = &msg };
	struct nlmsghdr hdr = { .nlmsg_len = NLMSG_HDRLEN,
				.nlmsg_type = 33,
				.nlmsg_flags = NLM_F_DUMP_INTR };

	request(&msg);
	vr_nl_take(&answer, &hdr);
	ok(answer.interrupted && !answer.done,
	   "a dump of what changes is told from others");
}

struct links {
	int count;
	int loopback;
	int fail_at;
};

static int count_link(const struct nlmsghdr *hdr, void *arg,
		      struct vr_error *err)
{
	const struct ifinfomsg *link = nlmsg_data(hdr);
	struct links *links = arg;

	links->count++;
	if (links->count == links->fail_at)
		return vr_error_set(err, EXDEV, "enough");
	if (link->ifi_index == 1)
		links->loopback++;
	return 0;
}

static void test_dump(struct vr_nl *nl)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	struct links links = { .count = 0 };
	struct vr_error err;

	vr_msg_start(&msg, RTM_GETLINK, 0, &header, sizeof(header));
	is_int(vr_nl_dump(nl, &msg, count_link, &links, &err), 0,
	       "links are dumped");
	is_int(links.loopback, 1, "and the loopback is there once");
	ok(!nl->inconsistent, "nothing changed meanwhile");

	links = (struct links){ .fail_at = 1 };
	is_int(vr_nl_dump(nl, &msg, count_link, &links, &err), -EXDEV,
	       "a callback can end it");
	is_int(links.count, 1, "and gets nothing more");
	links = (struct links){ .fail_at = 0 };
	is_int(vr_nl_dump(nl, &msg, count_link, &links, &err), 0,
	       "the socket still works");
}

static void test_call(struct vr_nl *nl)
{
	cleanup_msg struct vr_msg good = VR_MSG_INIT;
	cleanup_msg struct vr_msg bad = VR_MSG_INIT;
	cleanup_msg struct vr_msg broken = VR_MSG_INIT;
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	struct links links = { .count = 0 };
	struct vr_error err;

	vr_msg_start(&good, RTM_GETLINK, 0, &header, sizeof(header));
	vr_msg_put_string(&good, IFLA_IFNAME, "dev", "lo");
	is_int(vr_nl_call(nl, &good, count_link, &links, &err), 0,
	       "one link is asked for");
	is_int(links.loopback, 1, "and answered");

	vr_msg_start(&bad, RTM_GETLINK, 0, &header, sizeof(header));
	vr_msg_put_u8(&bad, IFLA_EXT_MASK, "mask", 7);
	ok(vr_nl_call(nl, &bad, NULL, NULL, &err) < 0,
	   "a bad request is refused");
	ok(strlen(err.text) > strlen(": mask 7") &&
		   strcmp(err.text + strlen(err.text) - strlen(": mask 7"),
			  ": mask 7") == 0,
	   "with what was written: %s", err.text);

	vr_msg_start(&broken, RTM_GETLINK, 0, &header, sizeof(header));
	broken.error = ENOMEM;
	is_int(vr_nl_call(nl, &broken, NULL, NULL, &err), -ENOMEM,
	       "a message that was not built is not sent");
}

/* Messages of a length no kernel would send. */
static void test_short(void)
{
	struct nlmsghdr hdr = { .nlmsg_len = NLMSG_HDRLEN };
	int len;

	is_int(vr_nl_cmd(&hdr), 0, "a short message has no command");
	vr_nl_attrs(&hdr, &len);
	is_int(len, 0, "and no attributes");
}

int main(void)
{
	cleanup_nl struct vr_nl nl = VR_NL_INIT;
	struct vr_error err;

	test_acknowledgements();
	test_done();
	test_interrupted();
	test_short();

	is_int(vr_nl_open_protocol(&nl, NETLINK_ROUTE, -1, &err), 0,
	       "an rtnetlink socket opens");
	test_dump(&nl);
	test_call(&nl);

	return tap_end();
}
