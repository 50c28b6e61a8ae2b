// SPDX-License-Identifier: Apache-2.0
/*
 * Rates of an interface, as the capability "bandwidth" has them.
 * Entry points: bandwidth_parse() and bandwidth_fill().
 */

#include "../lib/field.h"
#include "bandwidth.h"
#include "code.h"
#include "json.h"

/* What the module takes: bits per second, and bytes of burst. */
#define MIN_RATE 1000
#define MIN_BURST (4096 * UINT64_C(8))
#define MAX_BURST (UINT32_MAX * UINT64_C(8) + 7)

static int parse_limit(const cJSON *object, const char *where,
		       const char *rate_key, const char *burst_key,
		       struct bandwidth_limit *limit, struct vr_error *err)
{
	int ret;

	*limit = (struct bandwidth_limit){ 0 };
	ret = json_number64(object, where, rate_key, JSON_MAX_WHOLE,
			    &limit->rate, err);
	if (!ret)
		ret = json_number64(object, where, burst_key, MAX_BURST,
				    &limit->burst, err);
	if (ret)
		return ret;
	if (limit->rate && limit->rate < MIN_RATE)
		return json_refuse(where, rate_key, json_item(object, rate_key),
				   "not 0 and below the least of 1000 bit/s",
				   err);
	if (limit->burst && limit->burst < MIN_BURST)
		return json_refuse(where, burst_key,
				   json_item(object, burst_key),
				   "not 0 and below the least of 32768 bits",
				   err);
	return 0;
}

/* As of exceptions by subnet: without them it is another limit. */
static int refuse_other_keys(const cJSON *object, const char *where,
			     struct vr_error *err)
{
	static const char *const keys[] = {
		"ingressRate",
		"ingressBurst",
		"egressRate",
		"egressBurst",
	};
	const cJSON *item;

	cJSON_ArrayForEach(item, object) {
		if (!cJSON_IsNull(item) &&
		    !json_key_is_in(item->string, keys, ARRAY_SIZE(keys)))
			return json_refuse_code(CNI_UNSUPPORTED, where,
						item->string, item,
						"which no \"bandwidth\" has here",
						err);
	}
	return 0;
}

int bandwidth_parse(const cJSON *object, const char *where,
		    struct bandwidth *bandwidth, struct vr_error *err)
{
	const cJSON *value = NULL;
	int ret;

	ret = json_object(object, where, "bandwidth", &value, err);
	if (ret || !value)
		return ret;
	ret = refuse_other_keys(value, where, err);
	if (!ret)
		ret = parse_limit(value, where, "ingressRate", "ingressBurst",
				  &bandwidth->ingress, err);
	if (!ret)
		ret = parse_limit(value, where, "egressRate", "egressBurst",
				  &bandwidth->egress, err);
	return ret;
}

bool bandwidth_is_limited(const struct bandwidth *bandwidth)
{
	return bandwidth->ingress.rate || bandwidth->egress.rate;
}

cJSON *bandwidth_to_json(const struct bandwidth *bandwidth)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddNumberToObject(json, "ingressRate",
				(double)bandwidth->ingress.rate);
	cJSON_AddNumberToObject(json, "ingressBurst",
				(double)bandwidth->ingress.burst);
	cJSON_AddNumberToObject(json, "egressRate",
				(double)bandwidth->egress.rate);
	cJSON_AddNumberToObject(json, "egressBurst",
				(double)bandwidth->egress.burst);
	return json;
}

void bandwidth_fill(const struct bandwidth *bandwidth, struct vr_port *port)
{
	if (bandwidth->ingress.rate) {
		port->set |= VR_BIT(VR_A_PORT_RATE_IN);
		port->rate_in = bandwidth->ingress.rate;
	}
	if (bandwidth->ingress.rate && bandwidth->ingress.burst) {
		port->set |= VR_BIT(VR_A_PORT_BURST_IN);
		port->burst_in = (uint32_t)(bandwidth->ingress.burst / 8);
	}
	if (bandwidth->egress.rate) {
		port->set |= VR_BIT(VR_A_PORT_RATE_OUT);
		port->rate_out = bandwidth->egress.rate;
	}
	if (bandwidth->egress.rate && bandwidth->egress.burst) {
		port->set |= VR_BIT(VR_A_PORT_BURST_OUT);
		port->burst_out = (uint32_t)(bandwidth->egress.burst / 8);
	}
}
