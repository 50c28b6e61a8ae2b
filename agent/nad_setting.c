// SPDX-License-Identifier: Apache-2.0
/*
 * Settings of networks, from annotations or JSON to the spec of a Network
 * object.  Entry point: nad_setting_read().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../cni/bandwidth.h"
#include "../cni/json.h"
#include "../cni/pool.h"
#include "../cni/route.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "linux/vr.h"
#include "nad_setting.h"
#include "nad_value.h"

#define OWN_IPAM "vr-agent"
#define MIN_MTU_IPV6 1280
#define MAX_IFNAME 15

static int keep(struct nad_settings *settings, const char *key, cJSON *json,
		struct vr_error *err)
{
	return json_replace(settings->spec, key, json, err);
}

static bool overlaps(const struct vr_prefix *a, const struct vr_prefix *b)
{
	const struct vr_prefix *wide = a->length < b->length ? a : b;
	const struct vr_prefix *narrow = wide == a ? b : a;

	return vr_prefix_contains(wide, &narrow->ip);
}

/* Of RFC 6890: where no pod can have an address. */
static bool is_special(const struct vr_prefix *prefix)
{
	static const char *const special[] = {
		"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3",
		"::/8",	     "fe80::/10",   "ff00::/8",
	};
	struct vr_prefix other;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(special); i++) {
		if (!vr_prefix_parse("", special[i], &other, NULL) &&
		    overlaps(prefix, &other))
			return true;
	}
	return false;
}

static int add_cidr(const struct nad_value *value, const char *text,
		    struct vr_error *err)
{
	struct nad_settings *settings = value->settings;
	struct vr_prefix prefix;
	unsigned int i;
	int ret;

	ret = cni_prefix_parse(value->where, value->name, text, &prefix, err);
	if (ret)
		return ret;
	if (prefix.length + 2u > 8 * vr_family_bytes(prefix.ip.family))
		return nad_value_refuse(value,
					"too small for a gateway and a pod",
					err);
	if (is_special(&prefix))
		return nad_value_refuse(value,
					"which has addresses that no pod can have",
					err);
	for (i = 0; i < settings->cidr_count; i++) {
		if (overlaps(&prefix, &settings->cidrs[i]))
			return nad_value_refuse(value, "which overlaps itself",
						err);
	}
	if (i == NAD_MAX_CIDRS)
		return nad_value_refuse(value,
					"more prefixes than a network can have",
					err);
	settings->cidrs[settings->cidr_count++] = prefix;
	return 0;
}

static int read_cidr(const struct nad_value *value, struct vr_error *err)
{
	cleanup_json cJSON *list = nad_value_words(value, err);
	const cJSON *item;
	int ret;

	if (!list)
		return -EINVAL;
	if (!list->child)
		return nad_value_refuse(value, "without a prefix", err);
	cJSON_ArrayForEach(item, list) {
		ret = add_cidr(value, item->valuestring, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* The address of the subnet itself, and in IPv4 its broadcast address. */
static bool is_end(const struct vr_prefix *subnet, const struct vr_ip *ip)
{
	unsigned int bytes = vr_family_bytes(ip->family);
	struct vr_ip last = subnet->ip;
	unsigned int bit;

	if (vr_ip_equal(ip, &subnet->ip))
		return true;
	for (bit = subnet->length; bit < 8 * bytes; bit++)
		last.bytes[bit / 8] |= 0x80 >> bit % 8;
	return ip->family == AF_INET && vr_ip_equal(ip, &last);
}

static int add_gateway(const struct nad_value *value, const char *text,
		       struct vr_error *err)
{
	struct nad_settings *settings = value->settings;
	struct vr_prefix *cidr = settings->cidrs;
	struct vr_ip ip;
	unsigned int i;

	if (vr_ip_parse(value->name, text, &ip, err))
		return vr_error_prefix(err, "%s", value->where);
	for (i = 0; i < settings->cidr_count; i++, cidr++) {
		if (!vr_prefix_contains(cidr, &ip))
			continue;
		if (settings->has_gateway[i])
			return nad_value_refuse(value,
						"two gateways for one prefix",
						err);
		if (is_end(cidr, &ip))
			return nad_value_refuse(value,
						"which is no host's address",
						err);
		cidr->ip = ip;
		settings->has_gateway[i] = true;
		return 0;
	}
	return nad_value_refuse(value, "not in a prefix of \"cidr\"", err);
}

static int read_gateway(const struct nad_value *value, struct vr_error *err)
{
	cleanup_json cJSON *list = nad_value_words(value, err);
	const cJSON *item;
	int ret;

	if (!list)
		return -EINVAL;
	cJSON_ArrayForEach(item, list) {
		ret = add_gateway(value, item->valuestring, err);
		if (ret)
			return ret;
	}
	return 0;
}

static bool has_ipv6(const struct nad_settings *settings)
{
	unsigned int i;

	for (i = 0; i < settings->cidr_count; i++) {
		if (settings->cidrs[i].ip.family == AF_INET6)
			return true;
	}
	return false;
}

static int read_mtu(const struct nad_value *value, struct vr_error *err)
{
	struct nad_settings *settings = value->settings;
	uint32_t mtu = 0;
	int ret;

	ret = nad_value_number(value, VR_MIN_MTU, VR_MAX_MTU, &mtu, err);
	if (ret)
		return ret;
	if (mtu < MIN_MTU_IPV6 && has_ipv6(settings))
		return nad_value_refuse(value,
					"less than the 1280 that IPv6 needs",
					err);
	return keep(settings, "mtu", cJSON_CreateNumber(mtu), err);
}

static int read_vni(const struct nad_value *value, struct vr_error *err)
{
	struct nad_settings *settings = value->settings;
	const struct nad_rules *rules = settings->rules;
	char reason[120];
	int ret;

	ret = nad_value_number(value, 1, VR_MAX_VNI, &settings->vni, err);
	if (ret)
		return ret;
	if (settings->vni >= rules->vni_first &&
	    settings->vni <= rules->vni_last)
		return 0;
	settings->reason = "VNINotAllowed";
	if (rules->vni_last)
		snprintf(reason, sizeof(reason),
			 "but %u to %u are what may be asked for here",
			 rules->vni_first, rules->vni_last);
	else
		snprintf(reason, sizeof(reason),
			 "but no VNI may be asked for here");
	return nad_value_refuse(value, reason, err);
}

static bool is_in_a_cidr(const struct nad_settings *settings,
			 const struct vr_ip *ip)
{
	unsigned int i;

	for (i = 0; i < settings->cidr_count; i++) {
		if (vr_prefix_contains(&settings->cidrs[i], ip))
			return true;
	}
	return false;
}

static int check_routes(const struct nad_value *value, const cJSON *list,
			struct vr_error *err)
{
	static const char *const keys[] = {
		"dst",	  "gw",	      "mtu",   "advmss",
		"metric", "priority", "table", "scope",
	};
	struct cni_routes routes = { 0 };
	const cJSON *item;
	unsigned int i;
	int ret;

	if (!cJSON_IsArray(list))
		return nad_value_refuse(value, "not a list of routes", err);
	ret = cni_routes_parse(list, value->name, &routes, err);
	for (i = 0; !ret && i < routes.count; i++) {
		if (routes.items[i].gw.family != AF_UNSPEC &&
		    !is_in_a_cidr(value->settings, &routes.items[i].gw))
			ret = nad_value_refuse(value,
					       "\"gw\" is not in \"cidr\"",
					       err);
	}
	cni_routes_free(&routes);
	cJSON_ArrayForEach(item, list) {
		if (!ret)
			ret = nad_value_refuse_keys(value, item, keys,
						    ARRAY_SIZE(keys), err);
	}
	return ret;
}

static int read_routes(const struct nad_value *value, struct vr_error *err)
{
	cleanup_json cJSON *list = nad_value_tree(value, err);
	cJSON *routes = list;
	int ret;

	if (!list)
		return -EINVAL;
	ret = check_routes(value, list, err);
	if (ret)
		return ret;
	list = NULL;
	return keep(value->settings, "routes", routes, err);
}

static bool is_listed(const char *const *list, const char *text)
{
	for (; list && *list; list++) {
		if (!strcmp(*list, text))
			return true;
	}
	return false;
}

/* Our own plugin is the default, and hands out addresses for all nodes. */
static int check_ipam_type(const struct nad_value *value, cJSON *ipam,
			   struct vr_error *err)
{
	const char *type = NULL;
	int ret;

	ret = json_string(ipam, value->name, "type", &type, err);
	if (ret)
		return ret;
	if (!type)
		return json_replace(ipam, "type", cJSON_CreateString(OWN_IPAM),
				    err);
	if (!strcmp(type, OWN_IPAM) ||
	    is_listed(value->settings->rules->ipam_types, type))
		return 0;
	value->settings->reason = "IPAMNotAllowed";
	return json_refuse(value->name, "type", json_item(ipam, "type"),
			   "an IPAM plugin that networks may not use here",
			   err);
}

static int check_static(const struct nad_value *value, const cJSON *ipam,
			struct vr_error *err)
{
	static const char *const keys[] = { "address", "gateway" };
	const cJSON *addresses = NULL, *item;
	struct vr_prefix prefix;
	const char *text;
	int ret;

	ret = json_array(ipam, value->name, "addresses", &addresses, err);
	cJSON_ArrayForEach(item, addresses) {
		text = NULL;
		if (!ret)
			ret = json_string(item, value->name, "address", &text,
					  err);
		if (!ret)
			ret = vr_prefix_parse("address", text ? text : "",
					      &prefix, err);
		if (!ret)
			ret = nad_value_refuse_keys(value, item, keys,
						    ARRAY_SIZE(keys), err);
	}
	return ret;
}

/* By the code that the nodes read it with. */
static int check_ranges(const cJSON *ipam, struct vr_error *err)
{
	cleanup_json cJSON *conf = cJSON_CreateObject();
	struct pool pool = { 0 };
	int ret;

	cJSON_AddStringToObject(conf, "name", "n");
	cJSON_AddItemToObject(conf, "ipam", cJSON_Duplicate(ipam, true));
	ret = pool_parse(conf, "", &pool, err);
	pool_free(&pool);
	return ret;
}

/* Folders and files of the node are the node's own setting. */
static int check_ipam(const struct nad_value *value, cJSON *ipam,
		      struct vr_error *err)
{
	static const char *const keys[] = {
		"type",	    "ranges",  "subnet", "rangeStart",
		"rangeEnd", "gateway", "routes", "addresses",
	};
	const cJSON *routes;
	int ret;

	if (!cJSON_IsObject(ipam))
		return nad_value_refuse(value, "not an object", err);
	if (!ipam->child)
		return 0;
	ret = nad_value_refuse_keys(value, ipam, keys, ARRAY_SIZE(keys), err);
	if (!ret)
		ret = check_ipam_type(value, ipam, err);
	routes = json_item(ipam, "routes");
	if (!ret && routes)
		ret = check_routes(value, routes, err);
	if (!ret)
		ret = check_static(value, ipam, err);
	if (!ret && (json_item(ipam, "ranges") || json_item(ipam, "subnet")))
		ret = check_ranges(ipam, err);
	return ret;
}

static int read_ipam(const struct nad_value *value, struct vr_error *err)
{
	cleanup_json cJSON *given = nad_value_tree(value, err);
	cJSON *ipam = given;
	int ret;

	if (!given)
		return -EINVAL;
	ret = check_ipam(value, given, err);
	if (ret)
		return ret;
	given = NULL;
	value->settings->has_ipam = true;
	return keep(value->settings, "ipam", ipam, err);
}

static int read_bandwidth(const struct nad_value *value, struct vr_error *err)
{
	cleanup_json cJSON *object = cJSON_CreateObject();
	struct bandwidth bandwidth = { 0 };
	cJSON *given = nad_value_tree(value, err);
	int ret;

	if (!given)
		return -EINVAL;
	cJSON_AddItemToObject(object, "bandwidth", given);
	ret = bandwidth_parse(object, value->where, &bandwidth, err);
	if (ret)
		return ret;
	return keep(value->settings, "bandwidth",
		    cJSON_DetachItemViaPointer(object, given), err);
}

static bool is_ifname(const char *name)
{
	size_t len = strlen(name);

	return len && len <= MAX_IFNAME && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0 && !strpbrk(name, "/: \t\r\n");
}

static int read_device(const struct nad_value *value, struct vr_error *err)
{
	const char *name = cJSON_GetStringValue(value->json);
	const char *const *pattern = value->settings->rules->devices;

	if (!name || !is_ifname(name))
		return nad_value_refuse(value, "not the name of a device", err);
	for (; pattern && *pattern; pattern++) {
		if (!fnmatch(*pattern, name, 0))
			return keep(value->settings, "device",
				    cJSON_CreateString(name), err);
	}
	value->settings->reason = "DeviceNotAllowed";
	return nad_value_refuse(value,
				"a device of the nodes that is not opened here",
				err);
}

static int read_allowed(const struct nad_value *value, struct vr_error *err)
{
	cleanup_json cJSON *list = nad_value_words(value, err);
	cJSON *allowed = cJSON_CreateArray();
	char text[VR_PREFIX_TEXT];
	struct vr_prefix prefix;
	const cJSON *item;
	int ret = list ? 0 : -EINVAL;

	cJSON_ArrayForEach(item, list) {
		if (!ret)
			ret = cni_prefix_parse(value->where, value->name,
					       item->valuestring, &prefix, err);
		if (!ret)
			cJSON_AddItemToArray(allowed,
					     cJSON_CreateString(
						     vr_prefix_format(&prefix,
								      text)));
	}
	if (!ret)
		return keep(value->settings, "allowedAddresses", allowed, err);
	cJSON_Delete(allowed);
	return ret;
}

/* A label of RFC 1123. */
static bool is_namespace(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len && len <= 63 && !name[len] && name[0] != '-' &&
	       name[len - 1] != '-';
}

static int read_shared(const struct nad_value *value, struct vr_error *err)
{
	const char *text = cJSON_GetStringValue(value->json);
	cleanup_json cJSON *list = NULL;
	cJSON *shared;
	const cJSON *item;

	if (text && !strcmp(text, "*"))
		return keep(value->settings, "shared", cJSON_CreateString("*"),
			    err);
	list = nad_value_words(value, err);
	if (!list)
		return -EINVAL;
	cJSON_ArrayForEach(item, list) {
		if (!is_namespace(item->valuestring))
			return nad_value_refuse(
				value, "neither \"*\" nor names of namespaces",
				err);
	}
	shared = list;
	list = NULL;
	return keep(value->settings, "shared", shared, err);
}

static const struct {
	const char *key;
	const char *reason;
	int (*read)(const struct nad_value *value, struct vr_error *err);
} settings_known[] = {
	{ "cidr", "InvalidCIDR", read_cidr },
	{ "gateway", "InvalidGateway", read_gateway },
	{ "mtu", "InvalidMTU", read_mtu },
	{ "vni", "InvalidVNI", read_vni },
	{ "routes", "InvalidRoutes", read_routes },
	{ "ipam", "InvalidIPAM", read_ipam },
	{ "bandwidth", "InvalidBandwidth", read_bandwidth },
	{ "device", "InvalidDevice", read_device },
	{ "allowed-addresses", "InvalidAllowedAddresses", read_allowed },
	{ "shared", "InvalidShared", read_shared },
};

const char *nad_setting_key(unsigned int index)
{
	if (index >= ARRAY_SIZE(settings_known))
		return NULL;
	return settings_known[index].key;
}

unsigned int nad_setting_index(const char *key)
{
	unsigned int i;

	for (i = 0; strcmp(settings_known[i].key, key) != 0; i++)
		;
	return i;
}

int nad_setting_check_ipam(struct nad_settings *settings, const char *where,
			   const char *name, const cJSON *ipam,
			   struct vr_error *err)
{
	const struct nad_value value = {
		.settings = settings,
		.where = where,
		.name = name,
		.json = ipam,
	};
	cleanup_json cJSON *copy = cJSON_Duplicate(ipam, true);

	return copy ? check_ipam(&value, copy, err) : vr_error_memory(err);
}

int nad_setting_read(struct nad_settings *settings, unsigned int index,
		     const char *where, const char *name, const cJSON *value,
		     struct vr_error *err)
{
	const struct nad_value given = {
		.settings = settings,
		.where = where,
		.name = name,
		.json = value,
	};

	settings->reason = settings_known[index].reason;
	return settings_known[index].read(&given, err);
}

int nad_setting_read_contrail_cidr(struct nad_settings *settings,
				   const char *where, const char *name,
				   const cJSON *value, struct vr_error *err)
{
	const struct nad_value given = {
		.settings = settings,
		.where = where,
		.name = name,
		.json = value,
	};

	settings->reason = "InvalidCIDR";
	settings->last_host = true;
	return add_cidr(&given, value->valuestring, err);
}

/* .1 of a /24, or .254. */
static void choose_gateway(struct vr_prefix *cidr, bool last_host)
{
	unsigned int last = 8 * vr_family_bytes(cidr->ip.family) - 1;
	unsigned int bit;

	if (!last_host) {
		cidr->ip.bytes[last / 8] |= 1;
		return;
	}
	for (bit = cidr->length; bit < last; bit++)
		cidr->ip.bytes[bit / 8] |= 0x80 >> bit % 8;
}

static int add_subnets(struct nad_settings *settings, struct vr_error *err)
{
	cJSON *list = cJSON_CreateArray();
	char text[VR_PREFIX_TEXT];
	struct vr_prefix subnet;
	unsigned int i;
	cJSON *item;

	for (i = 0; i < settings->cidr_count; i++) {
		subnet = settings->cidrs[i];
		if (!settings->has_gateway[i])
			choose_gateway(&subnet, settings->last_host);
		item = cJSON_CreateObject();
		cJSON_AddStringToObject(item, "gateway",
					vr_ip_format(&subnet.ip, text));
		vr_prefix_mask(&subnet);
		cJSON_AddStringToObject(item, "subnet",
					vr_prefix_format(&subnet, text));
		cJSON_AddItemToArray(list, item);
	}
	return keep(settings, "subnets", list, err);
}

int nad_settings_finish(struct nad_settings *settings, struct vr_error *err)
{
	cJSON *ipam;
	int ret;

	if (!settings->cidr_count)
		return 0;
	ret = add_subnets(settings, err);
	if (ret || settings->has_ipam)
		return ret;
	ipam = cJSON_CreateObject();
	cJSON_AddStringToObject(ipam, "type", OWN_IPAM);
	return keep(settings, "ipam", ipam, err);
}
