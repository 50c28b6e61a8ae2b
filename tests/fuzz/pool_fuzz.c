// SPDX-License-Identifier: Apache-2.0
/*
 * Pools of addresses, host-local's keys with ranges: what is handed out is inside
 * of one of them, and never the gateway.
 */
#include "cni/pool.h"
#include "fuzz.h"

#define TAKEN 64

static void walk(const struct pool_set *set)
{
	struct vr_ip ip = { 0 };
	unsigned int i;

	for (i = 0; i < TAKEN && pool_next(set, &ip); i++) {
		fuzz_assert(pool_range_of(set, &ip));
		fuzz_assert(!pool_reserved(set, &ip));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const args[] = { "", "IP=192.0.2.7,2001:db8::7/64" };
	cleanup_json cJSON *json = fuzz_json(data, size);
	unsigned int i, k;
	int ret;

	for (i = 0; json && i < 2; i++) {
		cleanup_pool struct pool pool = { 0 };
		struct vr_error err = { 0 };

		ret = pool_parse(json, args[i], &pool, &err);
		fuzz_refusal(ret, &err);
		for (k = 0; !ret && k < pool.set_count; k++)
			walk(&pool.sets[k]);
	}
	return 0;
}
