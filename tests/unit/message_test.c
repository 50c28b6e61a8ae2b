// SPDX-License-Identifier: Apache-2.0
/*
 * Requests: what is in them, and what they say about an offset.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>

#include "lib/field.h"
#include "lib/message.h"
#include "tap.h"

#define FAMILY 33
#define FIRST (NLMSG_HDRLEN + GENL_HDRLEN)

static const struct nlattr *first(const struct vr_msg *msg, int *len)
{
	*len = nlmsg_hdr(msg->nl)->nlmsg_len - FIRST;
	return (const struct nlattr *)((char *)nlmsg_hdr(msg->nl) + FIRST);
}

static uint32_t offset_of(const struct vr_msg *msg, const struct nlattr *nla)
{
	return (const char *)nla - (const char *)nlmsg_hdr(msg->nl);
}

/* What the request says of an attribute, "" for nothing. */
static const char *described(const struct vr_msg *msg, const struct nlattr *nla)
{
	static char text[256];

	text[0] = '\0';
	if (!vr_msg_describe(msg, offset_of(msg, nla), text, sizeof(text)))
		return "";
	return text;
}

static void test_header(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	const struct genlmsghdr *genl;
	const struct nlmsghdr *hdr;

	vr_msg_start_genl(&msg, FAMILY, 7, 1, NLM_F_CREATE | NLM_F_EXCL);
	hdr = nlmsg_hdr(msg.nl);
	genl = nlmsg_data(hdr);
	is_int(msg.error, 0, "a message starts");
	is_int(hdr->nlmsg_type, FAMILY, "with its family");
	is_int(hdr->nlmsg_flags, NLM_F_CREATE | NLM_F_EXCL, "its flags");
	is_int(genl->cmd, 7, "its command");
	is_int(genl->version, 1, "and its version");
	is_int(hdr->nlmsg_len, FIRST, "and nothing else");
}

static void test_values(void)
{
	static const uint8_t mac[VR_MAC_LEN] = { 2, 0, 0, 0, 0, 1 };
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	static const char *const texts[] = {
		"if-unused",   "antispoof 1", "weight 300",
		"mtu 70000",   "dev eth1",    "mac 02:00:00:00:00:01",
		"address ::1", "netns blue",  "",
	};
	const struct nlattr *nla;
	struct vr_ip ip;
	int len, i = 0;

	vr_ip_parse("address", "::1", &ip, NULL);
	vr_msg_start_genl(&msg, FAMILY, 1, 1, 0);
	vr_msg_put_flag(&msg, 1, "if-unused");
	vr_msg_put_u8(&msg, 2, "antispoof", 1);
	vr_msg_put_u16(&msg, 3, "weight", 300);
	vr_msg_put_u32(&msg, 4, "mtu", 70000);
	vr_msg_put_string(&msg, 5, "dev", "eth1");
	vr_msg_put_mac(&msg, 6, "mac", mac);
	vr_msg_put_ip(&msg, 7, "address", &ip);
	vr_msg_put_netns(&msg, 8, 5, "blue");
	vr_msg_put_u32(&msg, 9, NULL, 1);
	is_int(msg.error, 0, "all kinds of values are put");

	nla = first(&msg, &len);
	for (; nla_ok(nla, len); nla = nla_next(nla, &len), i++) {
		is_int(nla_type(nla), i + 1, "attribute %d is in its place",
		       i + 1);
		is_string(described(&msg, nla), texts[i],
			  "attribute %d is described", i + 1);
	}
	is_int(i, 9, "nothing else is there");
	is_int(len, 0, "and the message ends with the last");

	ok(!vr_msg_describe(&msg, 0, (char[8]){ 0 }, 8),
	   "the header is no attribute");
	ok(!vr_msg_describe(&msg, FIRST + 2, (char[8]){ 0 }, 8),
	   "the middle of an attribute is none");
	ok(!vr_msg_describe(&msg, 1 << 20, (char[8]){ 0 }, 8),
	   "behind the end there is none");
}

static const struct nlattr *inside(const struct nlattr *nest)
{
	return nla_data(nest);
}

static void test_nests(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	const struct nlattr *object, *nest, *nla;
	int len;

	vr_msg_start_genl(&msg, FAMILY, 1, 1, 0);
	vr_msg_nest_object(&msg, 1, "network %s", "blue");
	vr_msg_put_u32(&msg, 3, "mtu", 1400);
	vr_msg_nest(&msg, 6, "subnet %s", "10.1.1.1/24");
	vr_msg_put_u8(&msg, 2, NULL, 24);
	vr_msg_end(&msg);
	vr_msg_put_u32(&msg, 4, "vni", 7);
	vr_msg_end(&msg);
	vr_msg_put_u32(&msg, 5, "id", 9);
	is_int(msg.error, 0, "nests are put");

	object = first(&msg, &len);
	is_string(described(&msg, object), "network blue", "an object");
	ok(object->nla_type & NLA_F_NESTED, "is marked as nested");
	nla = inside(object);
	is_string(described(&msg, nla), "mtu 1400 of network blue",
		  "a value in an object");
	nest = (const void *)((const char *)nla + nla_total_size(4));
	is_string(described(&msg, nest), "subnet 10.1.1.1/24 of network blue",
		  "a nest in an object");
	nla = inside(nest);
	is_string(described(&msg, nla), "subnet 10.1.1.1/24 of network blue",
		  "a value without a text has that of its nest");
	nla = (const void *)((const char *)nest + nla_total_size(8));
	is_int(nla_type(nla), 4, "the nest ends where it should");
	is_string(described(&msg, nla), "vni 7 of network blue",
		  "a value behind a nest");
	nla = nla_next(object, &len);
	is_string(described(&msg, nla), "id 9", "a value behind an object");
}

static void test_growth(void)
{
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	const struct nlattr *nla;
	unsigned int i, count = 0;
	char value[300], want[320];
	int len, bad = 0;

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	snprintf(want, sizeof(want), "description %s", value);

	vr_msg_start_genl(&msg, FAMILY, 1, 1, 0);
	for (i = 0; i < 1000; i++) {
		vr_msg_nest_object(&msg, 1, NULL);
		vr_msg_put_string(&msg, 2, "description", value);
		vr_msg_end(&msg);
	}
	is_int(msg.error, 0, "a message grows to 300 kB");

	nla = first(&msg, &len);
	for (; nla_ok(nla, len); nla = nla_next(nla, &len), count++) {
		if (strcmp(nla_data(inside(nla)), value) != 0 ||
		    strncmp(described(&msg, inside(nla)), want, 200) != 0)
			bad++;
	}
	is_int(count, 1000, "and nothing is lost");
	is_int(bad, 0, "or changed");
}

static void test_limits(void)
{
	cleanup_msg struct vr_msg large = VR_MSG_INIT;
	cleanup_msg struct vr_msg nest = VR_MSG_INIT;
	char *value = calloc(1, 70000);
	int i;

	memset(value, 'x', 69999);
	vr_msg_start_genl(&large, FAMILY, 1, 1, 0);
	vr_msg_put_string(&large, 1, "description", value);
	is_int(large.error, EMSGSIZE, "a value of 70 kB fails");
	vr_msg_put_u32(&large, 1, "mtu", 1);
	vr_msg_nest(&large, 1, "nest");
	vr_msg_end(&large);
	is_int(large.error, EMSGSIZE, "and what follows does not change that");

	value[40000] = '\0';
	vr_msg_start_genl(&nest, FAMILY, 1, 1, 0);
	vr_msg_nest(&nest, 1, "nest");
	for (i = 0; i < 2; i++)
		vr_msg_put_string(&nest, 1, "description", value);
	is_int(nest.error, 0, "80 kB in a nest are put");
	vr_msg_end(&nest);
	is_int(nest.error, EMSGSIZE, "but no nest is that long");
	free(value);
}

int main(void)
{
	test_header();
	test_values();
	test_nests();
	test_growth();
	test_limits();

	return tap_end();
}
