// SPDX-License-Identifier: Apache-2.0
/*
 * Ranges of addresses that vr-cni itself hands out: what the configuration
 * says, and which address comes after which.  Entry points: pool_parse() and
 * pool_next().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "../lib/cleanup.h"
#include "code.h"
#include "environment.h"
#include "ipam_agent.h"
#include "ipam_local.h"
#include "json.h"
#include "pool.h"

#define WHERE "ipam"

/* Network, gateway and broadcast of each range. */
#define RESERVED_PER_RANGE 3

static const char *const known_keys[] = {
	"type",	    "ranges",  "subnet", "rangeStart",
	"rangeEnd", "gateway", "routes", "dataDir",
};

static bool pool_is_of_agent(const struct pool *pool)
{
	return !strcmp(pool->type, IPAM_AGENT_TYPE);
}

static void ip_increment(struct vr_ip *ip)
{
	unsigned int i = vr_family_bytes(ip->family);

	while (i-- > 0 && !++ip->bytes[i])
		;
}

static void ip_decrement(struct vr_ip *ip)
{
	unsigned int i = vr_family_bytes(ip->family);

	while (i-- > 0 && !ip->bytes[i]--)
		;
}

/* The last address of a subnet, in IPv4 the one for all of it. */
static struct vr_ip last_of(const struct vr_prefix *subnet)
{
	unsigned int bits = 8 * vr_family_bytes(subnet->ip.family);
	struct vr_ip ip = subnet->ip;
	unsigned int i;

	for (i = subnet->length; i < bits; i++)
		ip.bytes[i / 8] |= 0x80 >> i % 8;
	return ip;
}

static bool is_within(const struct pool_range *range, const struct vr_ip *ip)
{
	return ip->family == range->start.family &&
	       vr_ip_compare(ip, &range->start) >= 0 &&
	       vr_ip_compare(ip, &range->end) <= 0;
}

const struct pool_range *pool_range_of(const struct pool_set *set,
				       const struct vr_ip *ip)
{
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		if (is_within(&set->ranges[i], ip))
			return &set->ranges[i];
	}
	return NULL;
}

const char *pool_reserved(const struct pool_set *set, const struct vr_ip *ip)
{
	const struct pool_range *range;
	struct vr_ip last;
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		range = &set->ranges[i];
		last = last_of(&range->subnet);
		if (vr_ip_equal(ip, &range->gateway))
			return "the gateway's";
		/* In IPv6 it is that of all its routers (RFC 4291 2.6.1). */
		if (vr_ip_equal(ip, &range->subnet.ip))
			return "the subnet's own";
		if (ip->family == AF_INET && vr_ip_equal(ip, &last))
			return "the broadcast address";
	}
	return NULL;
}

/* The address after one, whatever it is for. */
static void step(const struct pool_set *set, struct vr_ip *ip)
{
	const struct pool_range *range = pool_range_of(set, ip);
	unsigned int next;

	if (range && !vr_ip_equal(ip, &range->end)) {
		ip_increment(ip);
		return;
	}
	next = range ? (unsigned int)(range - set->ranges) + 1 : 0;
	*ip = set->ranges[next % set->count].start;
}

bool pool_next(const struct pool_set *set, struct vr_ip *ip)
{
	unsigned int tries = RESERVED_PER_RANGE * set->count + 1;

	while (tries-- > 0) {
		step(set, ip);
		if (!pool_reserved(set, ip))
			return true;
	}
	return false;
}

/* An address of the subnet's family; @ip is left alone without the key. */
static int parse_ip(const cJSON *item, const char *key,
		    const struct vr_prefix *subnet, struct vr_ip *ip,
		    struct vr_error *err)
{
	const char *text = NULL;
	int ret;

	ret = json_string(item, WHERE, key, &text, err);
	if (ret || !text)
		return ret;
	if (vr_ip_parse(key, text, ip, err))
		return cni_wrap(err, CNI_CONFIG, WHERE);
	if (ip->family != subnet->ip.family)
		return json_refuse(WHERE, key, json_item(item, key),
				   "of another family than the subnet", err);
	return 0;
}

static int parse_end(const cJSON *item, const char *key,
		     const struct vr_prefix *subnet, struct vr_ip *ip,
		     struct vr_error *err)
{
	int ret;

	ret = parse_ip(item, key, subnet, ip, err);
	if (!ret && !vr_prefix_contains(subnet, ip))
		return json_refuse(WHERE, key, json_item(item, key),
				   "not in the subnet", err);
	return ret;
}

static int parse_subnet(const cJSON *item, struct vr_prefix *subnet,
			struct vr_error *err)
{
	const char *text = NULL;
	int ret;

	ret = json_string(item, WHERE, "subnet", &text, err);
	if (ret)
		return ret;
	if (!text)
		return json_refuse(WHERE, "ranges", item, "without \"subnet\"",
				   err);
	ret = cni_prefix_parse(WHERE, "subnet", text, subnet, err);
	if (!ret &&
	    subnet->length + 2U > 8 * vr_family_bytes(subnet->ip.family))
		return json_refuse(WHERE, "subnet", json_item(item, "subnet"),
				   "too small to hand out addresses", err);
	return ret;
}

static int parse_range(const cJSON *item, struct pool_range *range,
		       struct vr_error *err)
{
	int ret;

	if (!cJSON_IsObject(item))
		return json_refuse(WHERE, "ranges", item, "not an object", err);
	ret = parse_subnet(item, &range->subnet, err);
	if (ret)
		return ret;
	range->start = range->subnet.ip;
	ip_increment(&range->start);
	range->gateway = range->start;
	range->end = last_of(&range->subnet);
	if (range->end.family == AF_INET)
		ip_decrement(&range->end);
	ret = parse_end(item, "rangeStart", &range->subnet, &range->start, err);
	if (!ret)
		ret = parse_end(item, "rangeEnd", &range->subnet, &range->end,
				err);
	if (!ret)
		ret = parse_ip(item, "gateway", &range->subnet, &range->gateway,
			       err);
	if (!ret && vr_ip_compare(&range->start, &range->end) > 0)
		ret = json_refuse(WHERE, "ranges", item,
				  "ends before it starts", err);
	return ret;
}

static bool overlaps(const struct pool_range *a, const struct pool_range *b)
{
	return is_within(a, &b->start) || is_within(b, &a->start);
}

static int check_overlap(const struct pool *pool,
			 const struct pool_range *range, const cJSON *item,
			 struct vr_error *err)
{
	const struct pool_set *set;
	unsigned int i, j;

	for (i = 0; i < pool->set_count; i++) {
		set = &pool->sets[i];
		for (j = 0; j < set->count; j++) {
			if (overlaps(&set->ranges[j], range))
				return json_refuse(WHERE, "ranges", item,
						   "overlaps with another one",
						   err);
		}
	}
	return 0;
}

static int add_range(struct pool *pool, struct pool_set *set, const cJSON *item,
		     struct vr_error *err)
{
	struct pool_range range = { 0 };
	struct pool_range *new;
	int ret;

	ret = parse_range(item, &range, err);
	if (!ret && set->count &&
	    set->ranges[0].start.family != range.start.family)
		ret = json_refuse(WHERE, "ranges", item,
				  "of another family than the rest of its set",
				  err);
	if (!ret)
		ret = check_overlap(pool, &range, item, err);
	if (ret)
		return ret;
	new = vr_list_grow(&set->ranges, &set->count, sizeof(*new));
	if (!new)
		return vr_error_memory(err);
	*new = range;
	return 0;
}

static struct pool_set *add_set(struct pool *pool, struct vr_error *err)
{
	struct pool_set *set =
		vr_list_grow(&pool->sets, &pool->set_count, sizeof(*set));

	if (!set)
		vr_error_memory(err);
	return set;
}

static int parse_set(struct pool *pool, const cJSON *array,
		     struct vr_error *err)
{
	struct pool_set *set;
	const cJSON *item;
	int ret;

	if (!cJSON_IsArray(array) || !array->child)
		return json_refuse(WHERE, "ranges", array,
				   "not an array with a range in it", err);
	set = add_set(pool, err);
	if (!set)
		return -ENOMEM;
	cJSON_ArrayForEach(item, array) {
		ret = add_range(pool, set, item, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int parse_sets(struct pool *pool, const cJSON *object, const char *key,
		      struct vr_error *err)
{
	const cJSON *array = NULL;
	const cJSON *item;
	int ret;

	ret = json_array(object, WHERE, key, &array, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(item, array) {
		ret = parse_set(pool, item, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* The form of old: one range, in "ipam" itself. */
static int parse_single(struct pool *pool, const cJSON *ipam,
			struct vr_error *err)
{
	struct pool_set *set;

	if (!json_item(ipam, "subnet"))
		return 0;
	set = add_set(pool, err);
	if (!set)
		return -ENOMEM;
	return add_range(pool, set, ipam, err);
}

static int parse_ranges(struct pool *pool, const cJSON *conf, const cJSON *ipam,
			struct vr_error *err)
{
	int ret;

	ret = parse_sets(pool, json_item(conf, "runtimeConfig"), "ipRanges",
			 err);
	if (!ret)
		ret = parse_single(pool, ipam, err);
	if (!ret)
		ret = parse_sets(pool, ipam, "ranges", err);
	/* On a network without addresses the agent still keeps MACs apart. */
	if (!ret && !pool->set_count && !pool_is_of_agent(pool))
		ret = cni_fail(
			err, CNI_CONFIG,
			WHERE
			": type \"%s\" has no \"ranges\", and network \"%s\" no \"subnets\"",
			pool->type, pool->network);
	return ret;
}

/* An address, with a prefix length or without. */
static int ask_for(struct pool *pool, const char *text, size_t len,
		   enum cni_code code, const char *where, struct vr_error *err)
{
	char copy[VR_PREFIX_TEXT];
	struct vr_ip ip;
	unsigned int i;

	len = strcspn(text, "/") < len ? strcspn(text, "/") : len;
	if (len >= sizeof(copy))
		return cni_fail(err, code, "%s: \"%.*s\" is not an IP address",
				where, (int)len, text);
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (vr_ip_parse("IP", copy, &ip, err))
		return cni_wrap(err, code, "%s", where);
	for (i = 0; i < pool->asked.count; i++) {
		if (vr_ip_equal(&pool->asked.items[i], &ip))
			return 0;
	}
	return vr_ip_list_add(&pool->asked, &ip, err);
}

/* Several are separated by commas, as Multus writes them. */
static int ask_by_args(struct pool *pool, const char *text,
		       struct vr_error *err)
{
	struct environment_args args;
	size_t len, left;
	int ret;

	ret = environment_parse_args(text, &args, err);
	if (ret)
		return ret;
	for (left = args.ip_len; left; left -= len) {
		text = args.ip + args.ip_len - left;
		len = strcspn(text, ",;");
		if (len > left)
			len = left;
		ret = ask_for(pool, text, len, CNI_ENVIRONMENT, "CNI_ARGS",
			      err);
		if (ret)
			return ret;
		if (len < left)
			len++; /* the comma */
	}
	return 0;
}

static int ask_by_conf(struct pool *pool, const cJSON *object,
		       const char *where, struct vr_error *err)
{
	const cJSON *array = NULL;
	const cJSON *item;
	int ret;

	ret = json_strings(object, where, "ips", &array, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(item, array) {
		ret = ask_for(pool, item->valuestring,
			      strlen(item->valuestring), CNI_CONFIG, where,
			      err);
		if (ret)
			return ret;
	}
	return 0;
}

/* The agent's addresses are in no folder that a network could name. */
static int check_keys(const struct pool *pool, const cJSON *ipam,
		      struct vr_error *err)
{
	const cJSON *item;
	char reason[80];

	snprintf(reason, sizeof(reason), "a key type \"%s\" does not have",
		 pool->type);
	cJSON_ArrayForEach(item, ipam) {
		if (!json_key_is_in(item->string, known_keys,
				    ARRAY_SIZE(known_keys)) ||
		    (pool_is_of_agent(pool) &&
		     !strcasecmp(item->string, "dataDir")))
			return json_refuse(WHERE, item->string, item, reason,
					   err);
	}
	return 0;
}

int pool_parse_store(const cJSON *conf, struct pool *pool, struct vr_error *err)
{
	const cJSON *ipam = json_item(conf, "ipam");
	int ret;

	*pool = (struct pool){ .folder = POOL_FOLDER, .type = IPAM_LOCAL_TYPE };
	ret = json_string(conf, WHERE, "name", &pool->network, err);
	if (!ret)
		ret = json_string(ipam, WHERE, "type", &pool->type, err);
	if (!ret)
		ret = json_string(ipam, WHERE, "dataDir", &pool->folder, err);
	if (ret)
		return ret;
	if (!pool->network)
		return cni_fail(err, CNI_CONFIG, WHERE ": without \"name\"");
	/* It is part of a path. */
	if (!environment_name_is_valid(pool->network))
		return json_refuse(WHERE, "name", json_item(conf, "name"),
				   "not the name of a network", err);
	if (pool->folder[0] != '/')
		return json_refuse(WHERE, "dataDir", json_item(ipam, "dataDir"),
				   "not an absolute path", err);
	return 0;
}

int pool_parse(const cJSON *conf, const char *args, struct pool *pool,
	       struct vr_error *err)
{
	const cJSON *cni = json_item(json_item(conf, "args"), "cni");
	const cJSON *ipam = json_item(conf, "ipam");
	const cJSON *routes = NULL;
	int ret;

	ret = pool_parse_store(conf, pool, err);
	if (!ret)
		ret = check_keys(pool, ipam, err);
	if (!ret)
		ret = parse_ranges(pool, conf, ipam, err);
	if (!ret)
		ret = ask_by_args(pool, args, err);
	if (!ret)
		ret = ask_by_conf(pool, cni, "args.cni", err);
	if (!ret)
		ret = ask_by_conf(pool, json_item(conf, "runtimeConfig"),
				  "runtimeConfig", err);
	if (!ret)
		ret = json_array(ipam, WHERE, "routes", &routes, err);
	if (!ret)
		ret = cni_routes_parse(routes, WHERE, &pool->routes, err);
	return ret;
}

void pool_free(struct pool *pool)
{
	unsigned int i;

	for (i = 0; i < pool->set_count; i++)
		free(pool->sets[i].ranges);
	free(pool->sets);
	vr_ip_list_free(&pool->asked);
	cni_routes_free(&pool->routes);
	*pool = (struct pool){ 0 };
}
