/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers echo requests to the gateway's addresses (RFC 792, RFC 4443 4.2). */
#ifndef VR_ECHO_H
#define VR_ECHO_H

#include "drop.h"

struct sk_buff;
struct vr_port;

/*
 * Answers an echo request that came in by @in. Borrows @skb, whose IP header
 * has been checked. Returns 0 if answered, or why not. Caller holds RCU and
 * has bottom halves off.
 */
enum vr_drop_reason vr_echo_reply4(struct vr_port *in, struct sk_buff *skb);
enum vr_drop_reason vr_echo_reply6(struct vr_port *in, struct sk_buff *skb);

#endif /* VR_ECHO_H */
