// SPDX-License-Identifier: Apache-2.0
/*
 * Interfaces of one container that are in the same subnet, each with a table of
 * its own for what is sent from its addresses.  Entry point: source_routes_add().
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>

#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "../lib/rule.h"
#include "code.h"
#include "plan_routes.h"
#include "source_route.h"

/* Plus the index of the device: far from what people and plugins choose. */
#define FIRST_TABLE 1000000

static uint32_t table_of(uint32_t ifindex)
{
	return FIRST_TABLE + ifindex;
}

static bool overlap(const struct vr_prefix *a, const struct vr_prefix *b)
{
	return vr_prefix_contains(a, &b->ip) || vr_prefix_contains(b, &a->ip);
}

static bool is_shared(const struct podns_addresses *here,
		      const struct vr_prefix *address)
{
	unsigned int i;

	for (i = 0; i < here->count; i++) {
		if (overlap(&here->items[i], address))
			return true;
	}
	return false;
}

/* The second address of a subnet finds what the first has made. */
static int add_route(struct podns *podns, uint32_t ifindex,
		     const struct cni_route *route, struct vr_error *err)
{
	int ret = podns_route_add(podns, ifindex, route, true, err);

	return ret == -EEXIST ? 0 : ret;
}

static int add_routes(struct podns *podns, const struct plan_interface *planned,
		      const struct vr_prefix *address, struct vr_error *err)
{
	const uint32_t table = table_of(planned->ifindex);
	struct cni_route subnet = { .dst = *address, .table = table };
	struct cni_route gateway = {
		.dst.ip.family = address->ip.family,
		.gw = plan_gateway(planned, address->ip.family),
		.table = table,
	};
	int ret;

	vr_prefix_mask(&subnet.dst);
	ret = add_route(podns, planned->ifindex, &subnet, err);
	if (!ret && gateway.gw.family)
		ret = add_route(podns, planned->ifindex, &gateway, err);
	return ret;
}

/* The rule last: from then on there is nothing else for the address. */
static int divert(struct podns *podns, const struct plan_interface *planned,
		  const struct vr_prefix *address, struct vr_error *err)
{
	const struct vr_rule rule = {
		.priority = VR_RULE_ANYWHERE,
		.table = table_of(planned->ifindex),
		.source = address->ip,
		.protocol = RTPROT_STATIC,
	};
	char text[VR_IP_TEXT];
	int ret;

	ret = add_routes(podns, planned, address, err);
	if (!ret)
		ret = vr_rule_add(&podns->nl, address->ip.family, &rule, err);
	if (ret)
		return cni_wrap(err, CNI_ROUTER, "routes from %s",
				vr_ip_format(&address->ip, text));
	return 0;
}

int source_routes_add(struct podns *podns, const struct podns_addresses *here,
		      const struct plan_interface *planned,
		      struct vr_error *err)
{
	const struct vr_prefix *address;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < planned->addresses.ip_count; i++) {
		address = &planned->addresses.ips[i].address;
		if (is_shared(here, address))
			ret = divert(podns, planned, address, err);
	}
	return ret;
}

/* The rules of some devices, one item for each. */
struct rule_dump {
	const uint32_t *ifindexes;
	unsigned int ifindex_count;
	struct found_rule {
		int family;
		uint32_t table;
	} * items;
	unsigned int count;
};

static int take_rule(const struct nlmsghdr *header, void *arg,
		     struct vr_error *err)
{
	const struct fib_rule_hdr *info = nlmsg_data(header);
	struct nlattr *tb[FRA_MAX + 1];
	struct rule_dump *dump = arg;
	struct found_rule *found;
	uint32_t table;
	unsigned int i;

	if (header->nlmsg_type != RTM_NEWRULE)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*info), tb, FRA_MAX,
			NULL))
		return vr_error_set(err, EBADMSG,
				    "the kernel's answer is malformed");
	table = tb[FRA_TABLE] ? nla_get_u32(tb[FRA_TABLE]) : info->table;
	for (i = 0; i < dump->ifindex_count; i++) {
		if (table != table_of(dump->ifindexes[i]))
			continue;
		found = vr_list_grow(&dump->items, &dump->count,
				     sizeof(*found));
		if (!found)
			return vr_error_memory(err);
		*found = (struct found_rule){ info->family, table };
	}
	return 0;
}

int source_rules_del(struct podns *podns, const uint32_t *ifindexes,
		     unsigned int count, struct vr_error *err)
{
	struct rule_dump dump = {
		.ifindexes = ifindexes,
		.ifindex_count = count,
	};
	struct fib_rule_hdr header = { .family = AF_UNSPEC };
	cleanup_msg struct vr_msg msg = VR_MSG_INIT;
	unsigned int i;
	int ret;

	if (!count)
		return 0;
	vr_msg_start(&msg, RTM_GETRULE, 0, &header, sizeof(header));
	ret = vr_nl_dump(&podns->nl, &msg, take_rule, &dump, err);
	for (i = 0; !ret && i < dump.count; i++) {
		const struct vr_rule rule = {
			.priority = VR_RULE_ANYWHERE,
			.table = dump.items[i].table,
			.protocol = RTPROT_STATIC,
		};

		ret = vr_rule_del(&podns->nl, dump.items[i].family, &rule, err);
	}
	free(dump.items);
	return ret;
}
