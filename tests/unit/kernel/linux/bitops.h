/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_KERNEL_BITOPS_H
#define TESTS_KERNEL_BITOPS_H

#include "../kernel.h"

#define BIT_ULL(n) (1ULL << (n))

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline unsigned int __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

#endif
