/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FNV-1a: short, and the same everywhere and always, so that what is named by it
 * is found again.  Not for what others choose in order to collide.
 */
#ifndef VR_LIB_HASH_H
#define VR_LIB_HASH_H

#include <stddef.h>
#include <stdint.h>

#define VR_HASH_START UINT64_C(14695981039346656037)

/* Go on with @hash, which is VR_HASH_START at first. */
uint64_t vr_hash(uint64_t hash, const void *data, size_t len);

/* The same of a text, without its end. */
uint64_t vr_hash_text(uint64_t hash, const char *text);

/* The one of 32 bits, which gives other values. */
uint32_t vr_hash32(const void *data, size_t len);

#endif /* VR_LIB_HASH_H */
