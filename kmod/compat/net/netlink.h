/* SPDX-License-Identifier: GPL-2.0-only */
/* Until 6.8 a policy's range was not const, which generated ones are. */
#ifndef VR_COMPAT_NET_NETLINK_H
#define VR_COMPAT_NET_NETLINK_H

#include_next <net/netlink.h>

#ifndef VR_HAVE_CONST_RANGE
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(tp, _range) {				\
	.type = NLA_ENSURE_UINT_OR_BINARY_TYPE(tp),			\
	.validation_type = NLA_VALIDATE_RANGE_PTR,			\
	.range = (struct netlink_range_validation *)(_range),		\
}
#endif

#endif /* VR_COMPAT_NET_NETLINK_H */
