/* SPDX-License-Identifier: GPL-2.0-only */
/* Part of linux/netdevice.h and linux/skbuff.h until 6.5. */
#ifdef VR_HAVE_NET_GSO
#include_next <net/gso.h>
#else
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#endif
