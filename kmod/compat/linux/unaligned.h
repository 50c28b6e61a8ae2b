/* SPDX-License-Identifier: GPL-2.0-only */
/* asm/unaligned.h until 6.12. */
#ifdef VR_HAVE_LINUX_UNALIGNED
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
