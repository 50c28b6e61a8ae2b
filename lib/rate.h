/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rates and sizes as tc(8) writes them: 100mbit, 1.5gbit, 10mbps, 64kb.
 */
#ifndef VR_LIB_RATE_H
#define VR_LIB_RATE_H

#include <stdint.h>

#include "error.h"

/* Room for any number with any unit. */
#define VR_RATE_TEXT 32

/**
 * vr_rate_parse - a number and a unit
 * @key: what the user calls it, for the error text
 * @bits: gets bits per second
 *
 * Units are bit, kbit, mbit, gbit, tbit, of powers of 1000, kibit and so on,
 * of 1024, and the same with bps, which are bytes per second.  Without one it
 * is bits per second.
 *
 * Return: 0 or -EINVAL.
 */
int vr_rate_parse(const char *key, const char *text, uint64_t *bits,
		  struct vr_error *err);

/* As vr_rate_parse(), of bytes: b, k or kb, m or mb, g or gb, of 1024. */
int vr_size_parse(const char *key, const char *text, uint32_t *bytes,
		  struct vr_error *err);

/* In the largest unit that leaves no fraction. Return: @text. */
const char *vr_rate_format(uint64_t bits, char text[VR_RATE_TEXT]);
const char *vr_size_format(uint32_t bytes, char text[VR_RATE_TEXT]);

#endif /* VR_LIB_RATE_H */
