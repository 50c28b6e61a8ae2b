/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_KERNEL_KERNEL_H
#define TESTS_KERNEL_KERNEL_H

#include "../kernel.h"

#define upper_32_bits(x) ((u32)((x) >> 32))

#endif
