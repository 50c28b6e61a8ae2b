// SPDX-License-Identifier: Apache-2.0
/*
 * vrctl monitor
 */
#include "monitor.h"

#include <errno.h>
#include <linux/vr.h>

#include "endpoint.h"
#include "lib/endpoint.h"
#include "lib/field.h"
#include "lib/network.h"
#include "lib/port.h"
#include "lib/route.h"
#include "lib/uplink.h"
#include "network.h"
#include "port.h"
#include "route.h"
#include "uplink.h"

static const char usage[] =
	"vrctl monitor [network] [port] [endpoint] [route] [uplink]\n";

/* Parses an event and prints the members of its object. */
typedef int (*monitor_print)(struct vrctl *vrctl, const struct nlattr *attrs,
			     int len, struct vr_error *err);

static int vrctl_monitor_network(struct vrctl *vrctl,
				 const struct nlattr *attrs, int len,
				 struct vr_error *err)
{
	struct vr_network network;
	int ret;

	ret = vr_network_parse(attrs, len, &network, err);
	if (ret == 0)
		vrctl_network_print(&vrctl->print, &network);
	vr_network_free(&network);

	return ret;
}

static int vrctl_monitor_port(struct vrctl *vrctl, const struct nlattr *attrs,
			      int len, struct vr_error *err)
{
	struct vr_port port;
	int ret;

	ret = vr_port_parse(attrs, len, &port, err);
	if (ret == 0)
		vrctl_port_print(&vrctl->print, &port, vrctl->stats);
	vr_port_free(&port);

	return ret;
}

static int vrctl_monitor_endpoint(struct vrctl *vrctl,
				  const struct nlattr *attrs, int len,
				  struct vr_error *err)
{
	struct vr_endpoint endpoint;
	int ret;

	ret = vr_endpoint_parse(attrs, len, &endpoint, err);
	if (ret == 0)
		vrctl_endpoint_print(&vrctl->print, &endpoint);
	vr_endpoint_free(&endpoint);

	return ret;
}

static int vrctl_monitor_route(struct vrctl *vrctl, const struct nlattr *attrs,
			       int len, struct vr_error *err)
{
	struct vr_route route;
	int ret;

	ret = vr_route_parse(attrs, len, &route, err);
	if (ret == 0)
		vrctl_route_print(&vrctl->print, &route);
	vr_route_free(&route);

	return ret;
}

static int vrctl_monitor_uplink(struct vrctl *vrctl, const struct nlattr *attrs,
				int len, struct vr_error *err)
{
	struct vr_uplink uplink;
	int ret;

	ret = vr_uplink_parse(attrs, len, &uplink, err);
	if (ret == 0)
		vrctl_uplink_print(&vrctl->print, &uplink, vrctl->stats);
	vr_uplink_free(&uplink);

	return ret;
}

/**
 * struct monitor_event - one kind of event
 * @name: as vr.yaml has it
 * @before: the text before the object; a route begins with its network
 * @kind: bit of the object's kind, see monitor_keys
 */
struct monitor_event {
	uint8_t cmd;
	const char *name;
	const char *before;
	uint64_t kind;
	monitor_print print;
};

enum monitor_kind {
	MONITOR_NETWORK,
	MONITOR_PORT,
	MONITOR_ENDPOINT,
	MONITOR_ROUTE,
	MONITOR_UPLINK,
};

static const struct monitor_event events[] = {
	{ VR_CMD_NETWORK_NTF, "network-ntf", "network ",
	  VR_BIT(MONITOR_NETWORK), vrctl_monitor_network },
	{ VR_CMD_NETWORK_DEL_NTF, "network-del-ntf", "Deleted network ",
	  VR_BIT(MONITOR_NETWORK), vrctl_monitor_network },
	{ VR_CMD_PORT_NTF, "port-ntf", "port ", VR_BIT(MONITOR_PORT),
	  vrctl_monitor_port },
	{ VR_CMD_PORT_DEL_NTF, "port-del-ntf", "Deleted port ",
	  VR_BIT(MONITOR_PORT), vrctl_monitor_port },
	{ VR_CMD_ENDPOINT_NTF, "endpoint-ntf", "endpoint ",
	  VR_BIT(MONITOR_ENDPOINT), vrctl_monitor_endpoint },
	{ VR_CMD_ENDPOINT_DEL_NTF, "endpoint-del-ntf", "Deleted endpoint ",
	  VR_BIT(MONITOR_ENDPOINT), vrctl_monitor_endpoint },
	{ VR_CMD_ROUTE_NTF, "route-ntf", "route ", VR_BIT(MONITOR_ROUTE),
	  vrctl_monitor_route },
	{ VR_CMD_ROUTE_DEL_NTF, "route-del-ntf", "Deleted route ",
	  VR_BIT(MONITOR_ROUTE), vrctl_monitor_route },
	{ VR_CMD_UPLINK_NTF, "uplink-ntf", "uplink ", VR_BIT(MONITOR_UPLINK),
	  vrctl_monitor_uplink },
	{ VR_CMD_UPLINK_DEL_NTF, "uplink-del-ntf", "Deleted uplink ",
	  VR_BIT(MONITOR_UPLINK), vrctl_monitor_uplink },
};

struct monitor_filter {
	uint64_t set;
};

static const struct arg_key monitor_keys[] = {
	{ "network", "", ARG_WORD, .attr = MONITOR_NETWORK },
	{ "port", "", ARG_WORD, .attr = MONITOR_PORT },
	{ "endpoint", "", ARG_WORD, .attr = MONITOR_ENDPOINT },
	{ "route", "", ARG_WORD, .attr = MONITOR_ROUTE },
	{ "uplink", "", ARG_WORD, .attr = MONITOR_UPLINK },
};

/**
 * struct monitor - what a callback needs
 * @filter: the kinds to show, none set shows all
 */
struct monitor {
	struct vrctl *vrctl;
	struct monitor_filter filter;
};

static const struct monitor_event *vrctl_monitor_find(uint8_t cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		if (events[i].cmd == cmd)
			return &events[i];
	}

	return NULL;
}

/* Each event is written out at once: who listens may be waiting for it. */
static int vrctl_monitor_event(const struct nlmsghdr *hdr, void *arg,
			       struct vr_error *err)
{
	struct monitor *monitor = arg;
	struct print *p = &monitor->vrctl->print;
	const struct monitor_event *event;
	const struct nlattr *attrs;
	int len, ret;

	event = vrctl_monitor_find(vr_nl_cmd(hdr));
	if (!event ||
	    (monitor->filter.set && !(monitor->filter.set & event->kind)))
		return 0;

	attrs = vr_nl_attrs(hdr, &len);
	print_begin(p);
	print_object(p, NULL);
	print_string(p, "name", NULL, event->name);
	print_text(p, event->before);
	print_object(p, "msg");
	ret = event->print(monitor->vrctl, attrs, len, err);
	print_object_end(p);
	print_object_end(p);
	print_end(p);

	/* Whoever read the other end has gone. */
	if (fflush(p->out) == EOF)
		return vr_error_set(err, EPIPE, "cannot write the output");
	return ret;
}

static int vrctl_monitor_run(struct vrctl *vrctl, struct args *args,
			     struct vr_error *err)
{
	struct monitor monitor = { .vrctl = vrctl };
	bool oneline = vrctl->print.oneline;
	int ret;

	ret = args_parse(args, monitor_keys, ARRAY_SIZE(monitor_keys),
			 &monitor.filter, err);
	if (ret == VRCTL_OK)
		ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;
	ret = vr_nl_subscribe(&vrctl->nl, err);
	if (ret < 0)
		return VRCTL_REFUSED;

	vrctl->print.oneline = true;
	do {
		ret = vr_nl_listen(&vrctl->nl, vrctl_monitor_event, &monitor,
				   err);
		if (ret == -ENOBUFS)
			fputs("vrctl: warning: events came too fast, some are lost\n",
			      stderr);
	} while (ret == -ENOBUFS);
	vrctl->print.oneline = oneline;

	return VRCTL_REFUSED;
}

const struct vrctl_object vrctl_monitor = {
	.name = "monitor",
	.usage = usage,
	.run = vrctl_monitor_run,
};
