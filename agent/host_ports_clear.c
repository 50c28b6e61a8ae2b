// SPDX-License-Identifier: Apache-2.0
/*
 * Host ports of further networks, when no agent will look after them any more.
 * Entry point: host_ports_clear().
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host_rule.h"
#include "host_ports.h"

/* Device and VRF have the same number, and one may be there without the other. */
static unsigned int number_of(const char *ifname)
{
	unsigned int number = 0;
	char end;

	if (sscanf(ifname, HOST_PORT_DEVICE "%5u%c", &number, &end) != 1 &&
	    sscanf(ifname, HOST_PORT_VRF "%5u%c", &number, &end) != 1)
		return 0;
	return number <= HOST_PORT_MOST ? number : 0;
}

static int clear_all(const struct host_port_context *context,
		     const struct if_nameindex *names, struct vr_error *err)
{
	struct host_port port = { 0 };
	unsigned int number;
	int ret = 0;

	for (; !ret && names->if_name; names++) {
		number = number_of(names->if_name);
		if (!number)
			continue;
		host_port_set_number(&port, number);
		ret = host_port_remove_devices(context, &port, err);
	}
	return ret;
}

int host_ports_clear(struct vr_error *err)
{
	cleanup_podns struct podns own = PODNS_INIT;
	const struct host_port_context context = { .own = &own };
	struct if_nameindex *names = if_nameindex();
	int ret;

	if (!names)
		return vr_error_set(err, errno, "list of devices: %s",
				    strerror(errno));
	ret = podns_open_own(&own, err);
	if (!ret)
		ret = clear_all(&context, names, err);
	if_freenameindex(names);
	if (!ret)
		ret = host_rule_local_first(&own.nl, AF_INET, err);
	if (!ret)
		ret = host_rule_local_first(&own.nl, AF_INET6, err);
	return ret == -EAFNOSUPPORT ? 0 : ret;
}
