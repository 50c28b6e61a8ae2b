/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as its pure files need to run on the host: one
 * thread, so RCU is plain loads and stores. kfree_rcu() frees at once, so that
 * AddressSanitizer sees a reader's pointer that was kept too long.
 */
#ifndef TESTS_KERNEL_H
#define TESTS_KERNEL_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define __rcu

struct rcu_head {
	void *unused;
};

#define rcu_dereference(p) (p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_assign_pointer(p, v) ((p) = (v))
#define RCU_INIT_POINTER(p, v) ((p) = (v))
#define kfree_rcu(p, field) free(p)

#define GFP_KERNEL_ACCOUNT 0

/* Set to fail the n-th allocation from now. */
extern int kernel_fail_alloc;

static inline void *kzalloc(size_t size, int flags)
{
	(void)flags;
	if (kernel_fail_alloc && !--kernel_fail_alloc)
		return NULL;
	return calloc(1, size);
}

#define kfree(p) free(p)

#define WARN_ON_ONCE(condition) ((condition) ? abort(), 1 : 0)
#define container_of(p, type, member) \
	((type *)((char *)(p)-offsetof(type, member)))
#define WRITE_ONCE(x, v) ((x) = (v))
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define min(a, b) ((a) < (b) ? (a) : (b))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))

/* Number of leading bits that are equal, 128 if all. */
static inline int ipv6_addr_diff(const struct in6_addr *a,
				 const struct in6_addr *b)
{
	int i, bit;

	for (i = 0; i < 16 && a->s6_addr[i] == b->s6_addr[i]; i++)
		;
	for (bit = 0; i < 16 && bit < 8; bit++)
		if ((a->s6_addr[i] ^ b->s6_addr[i]) & (0x80 >> bit))
			break;
	return i * 8 + bit;
}

static inline bool ipv6_prefix_equal(const struct in6_addr *a,
				     const struct in6_addr *b,
				     unsigned int plen)
{
	return (unsigned int)ipv6_addr_diff(a, b) >= plen;
}

static inline int ipv6_addr_cmp(const struct in6_addr *a,
				const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a));
}

static inline void ipv6_addr_prefix(struct in6_addr *prefix,
				    const struct in6_addr *addr, int plen)
{
	int i;

	*prefix = *addr;
	for (i = plen; i < 128; i++)
		prefix->s6_addr[i / 8] &= ~(0x80 >> (i % 8));
}

#endif
