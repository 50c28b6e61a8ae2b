// SPDX-License-Identifier: Apache-2.0
/*
 * vrctl endpoint
 */
#include "endpoint.h"

#include <errno.h>
#include <linux/netlink.h>

#include "batch.h"
#include "flush.h"
#include "lib/endpoint.h"
#include "lib/field.h"

static const char usage[] =
	"vrctl endpoint add|replace network NAME mac MAC [address IP]...\n"
	"                       dev IFNAME [netns NAME|PID|/path] | port N |\n"
	"                       remote VTEP [uplink NAME]\n"
	"                       [sequence N] [standby] [origin ORIGIN]\n"
	"vrctl endpoint del network NAME mac MAC [state active|standby]\n"
	"vrctl endpoint [show] [network NAME] [port N] [remote VTEP]\n"
	"                       [origin ORIGIN]\n"
	"vrctl endpoint [show] network NAME mac MAC [state active|standby]\n"
	"vrctl endpoint flush [origin ORIGIN] [network NAME] [all]\n";

static int vrctl_endpoint_parse_netns(struct args *args,
				      const struct arg_key *key, void *object,
				      struct vr_error *err)
{
	struct vr_endpoint *endpoint = object;

	endpoint->set |= VR_BIT(VR_A_ENDPOINT_NETNS_FD);
	return args_netns(args, key, &endpoint->netns_fd, &endpoint->netns,
			  err);
}

static int vrctl_endpoint_parse_address(struct args *args,
					const struct arg_key *key, void *object,
					struct vr_error *err)
{
	struct vr_ip address;
	int ret;

	ret = args_ip(args, key, &address, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_result(vr_endpoint_add_address(object, &address, err));
}

static int vrctl_endpoint_parse_standby(struct args *args,
					const struct arg_key *key, void *object,
					struct vr_error *err)
{
	struct vr_endpoint *endpoint = object;

	(void)args;
	(void)key;
	(void)err;
	endpoint->set |= VR_BIT(VR_A_ENDPOINT_STATE);
	endpoint->state = VR_ENDPOINT_STATE_STANDBY;

	return VRCTL_OK;
}

/* Which endpoint: FIND_KEYS; which endpoints: SHOW_KEYS; to add: all. */
static const struct arg_key keys[] = {
	{ "network", "NAME", ARG_STRING, .attr = VR_A_ENDPOINT_NETWORK,
	  ARG_MEMBER(struct vr_endpoint, network) },
	{ "mac", "MAC", ARG_MAC, .attr = VR_A_ENDPOINT_MAC,
	  ARG_MEMBER(struct vr_endpoint, mac) },
	{ "state", "active|standby", ARG_ENUM, .attr = VR_A_ENDPOINT_STATE,
	  ARG_MEMBER(struct vr_endpoint, state),
	  .names = &vr_endpoint_state_names },
	{ "port", "N", ARG_U32, .attr = VR_A_ENDPOINT_PORT_ID,
	  ARG_MEMBER(struct vr_endpoint, port_id) },
	{ "remote", "VTEP", ARG_IP, .attr = VR_A_ENDPOINT_REMOTE,
	  ARG_MEMBER(struct vr_endpoint, remote) },
	{ "origin", "ORIGIN", ARG_ENUM, .attr = VR_A_ENDPOINT_ORIGIN,
	  ARG_MEMBER(struct vr_endpoint, origin), .names = &vr_origin_names },
	{ "address", "IP", ARG_CUSTOM, .repeat = true,
	  .parse = vrctl_endpoint_parse_address },
	{ "dev", "IFNAME", ARG_STRING, .attr = VR_A_ENDPOINT_IFNAME,
	  ARG_MEMBER(struct vr_endpoint, ifname) },
	{ "netns", "NAME|PID|/path", ARG_CUSTOM,
	  .parse = vrctl_endpoint_parse_netns },
	{ "uplink", "NAME", ARG_STRING, .attr = VR_A_ENDPOINT_UPLINK,
	  ARG_MEMBER(struct vr_endpoint, uplink) },
	{ "sequence", "N", ARG_U32, .attr = VR_A_ENDPOINT_SEQUENCE,
	  ARG_MEMBER(struct vr_endpoint, sequence) },
	{ "standby", "", ARG_CUSTOM, .parse = vrctl_endpoint_parse_standby },
};

#define FIND_KEYS 3
#define SHOW_KEYS 6

static void vrctl_endpoint_print_addresses(struct print *p,
					   const struct vr_endpoint *endpoint)
{
	unsigned int i;

	if (!endpoint->address_count)
		return;

	print_list(p, "address");
	print_text(p, " address");
	for (i = 0; i < endpoint->address_count; i++)
		print_ip(p, NULL, " ", &endpoint->addresses[i]);
	print_list_end(p);
}

static void vrctl_endpoint_print_place(struct print *p,
				       const struct vr_endpoint *endpoint)
{
	if (vr_is_set(endpoint, VR_A_ENDPOINT_PORT_ID))
		print_number(p, "port_id", " port ", endpoint->port_id);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_IFNAME))
		print_string(p, "ifname", " dev ", endpoint->ifname);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_IFINDEX))
		print_number(p, "ifindex", NULL, endpoint->ifindex);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_NETNS_ID))
		print_signed(p, "netns_id", " netns-id ", endpoint->netns_id);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_REMOTE))
		print_ip(p, "remote", " remote ", &endpoint->remote);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_UPLINK))
		print_string(p, "uplink", " uplink ", endpoint->uplink);
}

void vrctl_endpoint_print(struct print *p, const struct vr_endpoint *endpoint)
{
	if (vr_is_set(endpoint, VR_A_ENDPOINT_ID))
		print_number(p, "id", "", endpoint->id);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_NETWORK))
		print_string(p, "network", ": network ", endpoint->network);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_NETWORK_ID))
		print_number(p, "network_id", NULL, endpoint->network_id);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_MAC))
		print_mac(p, "mac", " mac ", endpoint->mac);
	vrctl_endpoint_print_addresses(p, endpoint);
	vrctl_endpoint_print_place(p, endpoint);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_STATE))
		print_enum(p, "state", " state ", &vr_endpoint_state_names,
			   endpoint->state);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_SEQUENCE))
		print_number(p, "sequence", " sequence ", endpoint->sequence);
	if (vr_is_set(endpoint, VR_A_ENDPOINT_ORIGIN))
		print_enum(p, "origin", " origin ", &vr_origin_names,
			   endpoint->origin);
}

static int vrctl_endpoint_show_one(const struct vr_endpoint *endpoint,
				   void *arg, struct vr_error *err)
{
	struct vrctl *vrctl = arg;

	(void)err;
	print_object(&vrctl->print, NULL);
	vrctl_endpoint_print(&vrctl->print, endpoint);
	print_object_end(&vrctl->print);

	return 0;
}

/* Send a request, and show the endpoint in its answer if asked for. */
static int vrctl_endpoint_request(struct vrctl *vrctl, uint8_t cmd,
				  uint16_t flags,
				  const struct vr_endpoint *endpoint, bool show,
				  struct vr_error *err)
{
	struct vr_endpoint reply;
	int ret;

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	ret = vr_endpoint_call(&vrctl->nl, cmd, flags, endpoint, &reply, err);
	if (ret == 0 && reply.set && show) {
		print_begin(&vrctl->print);
		vrctl_endpoint_show_one(&reply, vrctl, err);
		print_end(&vrctl->print);
	}
	vr_endpoint_free(&reply);

	return vrctl_result(ret);
}

/* Network and MAC are what every request about one endpoint has to say. */
static int vrctl_endpoint_check_key(const struct vr_endpoint *endpoint,
				    struct vr_error *err)
{
	if (vr_is_set(endpoint, VR_A_ENDPOINT_NETWORK) &&
	    vr_is_set(endpoint, VR_A_ENDPOINT_MAC))
		return VRCTL_OK;

	vr_error_set(err, EINVAL, "missing %s",
		     vr_is_set(endpoint, VR_A_ENDPOINT_NETWORK)
			     ? "mac MAC"
			     : "network NAME");
	return VRCTL_USAGE;
}

static int vrctl_endpoint_check_uplink(const struct vr_endpoint *endpoint,
				       struct vr_error *err)
{
	if (!vr_is_set(endpoint, VR_A_ENDPOINT_UPLINK) ||
	    vr_is_set(endpoint, VR_A_ENDPOINT_REMOTE))
		return VRCTL_OK;

	vr_error_set(err, EINVAL, "uplink \"%s\": expected remote VTEP as well",
		     endpoint->uplink);
	return VRCTL_USAGE;
}

/* Leave it to the batch, unless its descriptor or its answer is needed now. */
static bool vrctl_endpoint_wait(struct vrctl *vrctl, uint16_t flags,
				struct vr_endpoint *endpoint)
{
	return flags & NLM_F_EXCL && !vrctl->print.json &&
	       !vr_is_set(endpoint, VR_A_ENDPOINT_NETNS_FD) &&
	       batch_take_endpoint(vrctl->batch, endpoint);
}

static int vrctl_endpoint_new(struct vrctl *vrctl, struct args *args,
			      uint16_t flags, struct vr_error *err)
{
	struct vr_endpoint endpoint = { .set = 0 };
	int ret;

	ret = args_parse(args, keys, ARRAY_SIZE(keys), &endpoint, err);
	if (ret == VRCTL_OK)
		ret = vrctl_endpoint_check_key(&endpoint, err);
	if (ret == VRCTL_OK)
		ret = vrctl_endpoint_check_uplink(&endpoint, err);
	if (ret == VRCTL_OK && !vrctl_endpoint_wait(vrctl, flags, &endpoint))
		ret = vrctl_endpoint_request(vrctl, VR_CMD_ENDPOINT_NEW, flags,
					     &endpoint, vrctl->print.json, err);
	vr_endpoint_free(&endpoint);

	return ret;
}

static int vrctl_endpoint_add(struct vrctl *vrctl, struct args *args,
			      struct vr_error *err)
{
	return vrctl_endpoint_new(vrctl, args, NLM_F_CREATE | NLM_F_EXCL, err);
}

static int vrctl_endpoint_replace(struct vrctl *vrctl, struct args *args,
				  struct vr_error *err)
{
	return vrctl_endpoint_new(vrctl, args, NLM_F_CREATE | NLM_F_REPLACE,
				  err);
}

static int vrctl_endpoint_del(struct vrctl *vrctl, struct args *args,
			      struct vr_error *err)
{
	struct vr_endpoint endpoint = { .set = 0 };
	int ret;

	ret = args_parse(args, keys, FIND_KEYS, &endpoint, err);
	if (ret == VRCTL_OK)
		ret = vrctl_endpoint_check_key(&endpoint, err);
	if (ret != VRCTL_OK)
		return ret;

	return vrctl_endpoint_request(vrctl, VR_CMD_ENDPOINT_DEL, 0, &endpoint,
				      false, err);
}

static int vrctl_endpoint_show(struct vrctl *vrctl, struct args *args,
			       struct vr_error *err)
{
	struct vr_endpoint endpoint = { .set = 0 };
	int ret;

	ret = args_parse(args, keys, SHOW_KEYS, &endpoint, err);
	if (ret != VRCTL_OK)
		return ret;
	if (vr_is_set(&endpoint, VR_A_ENDPOINT_MAC)) {
		ret = vrctl_endpoint_check_key(&endpoint, err);
		if (ret != VRCTL_OK)
			return ret;
		return vrctl_endpoint_request(vrctl, VR_CMD_ENDPOINT_GET, 0,
					      &endpoint, true, err);
	}

	ret = vrctl_connect(vrctl, err);
	if (ret != VRCTL_OK)
		return ret;

	print_begin(&vrctl->print);
	ret = vr_endpoint_dump(&vrctl->nl, &endpoint, vrctl_endpoint_show_one,
			       vrctl, err);
	return vrctl_shown(vrctl, ret);
}

static int vrctl_endpoint_flush(struct vrctl *vrctl, struct args *args,
				struct vr_error *err)
{
	return vrctl_flush(vrctl, args, VR_A_FLUSH_ENDPOINTS, err);
}

static const struct vrctl_verb verbs[] = {
	{ "show", vrctl_endpoint_show },       { "add", vrctl_endpoint_add },
	{ "replace", vrctl_endpoint_replace }, { "del", vrctl_endpoint_del },
	{ "flush", vrctl_endpoint_flush },
};

const struct vrctl_object vrctl_endpoint = {
	.name = "endpoint",
	.usage = usage,
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
};
