/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_KERNEL_UNALIGNED_H
#define TESTS_KERNEL_UNALIGNED_H

#include "../kernel.h"

static inline u64 get_unaligned_be64(const void *p)
{
	const u8 *bytes = p;
	u64 x = 0;
	int i;

	for (i = 0; i < 8; i++)
		x = x << 8 | bytes[i];
	return x;
}

#endif
