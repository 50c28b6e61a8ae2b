/* SPDX-License-Identifier: GPL-2.0-only */
/* genl_info_dump() came with 6.6; before, a dump has its attributes alone. */
#ifndef VR_COMPAT_NET_GENETLINK_H
#define VR_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>

#ifndef VR_HAVE_GENL_INFO_DUMP
#define genl_info_dump(cb)	genl_dumpit_info(cb)
#endif

#endif /* VR_COMPAT_NET_GENETLINK_H */
