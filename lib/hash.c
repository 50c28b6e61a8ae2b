// SPDX-License-Identifier: Apache-2.0
/*
 * FNV-1a.  Entry point: vr_hash().
 */
#include <string.h>

#include "hash.h"

uint64_t vr_hash(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	while (len--)
		hash = (hash ^ *bytes++) * UINT64_C(1099511628211);
	return hash;
}

uint64_t vr_hash_text(uint64_t hash, const char *text)
{
	return vr_hash(hash, text, strlen(text));
}

uint32_t vr_hash32(const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint32_t hash = 2166136261u;

	while (len--)
		hash = (hash ^ *bytes++) * 16777619u;
	return hash;
}
