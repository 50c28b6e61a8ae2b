/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as its pure files need to run on the host: with
 * one writer. What readers may still hold goes to kernel_retire(), which frees
 * it at once where there are no other threads, so that AddressSanitizer sees a
 * pointer that was kept too long.
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
typedef uint32_t __be32;
typedef int gfp_t;

#define __rcu
#define noinline_for_stack __attribute__((noinline))
#define unlikely(x) __builtin_expect(!!(x), 0)
#define cond_resched() ((void)0)

struct rcu_head {
	void *unused;
};

#define rcu_dereference(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_dereference_protected(p, c) (p)
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v) __atomic_store_n(&(p), v, __ATOMIC_RELAXED)
#define kvfree_rcu_mightsleep(p) kernel_retire(p)

#define GFP_KERNEL_ACCOUNT 0
#define __GFP_NOWARN 1

/* What the test defines. */
void *kernel_alloc(size_t size);
void kernel_free(void *p);
void kernel_retire(void *p);

static inline void *kmalloc(size_t size, gfp_t gfp)
{
	(void)gfp;
	return kernel_alloc(size);
}

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	void *p = kmalloc(size, gfp);

	return p ? memset(p, 0, size) : NULL;
}

#define kvzalloc(size, gfp) kzalloc(size, gfp)
#define kfree(p) kernel_free(p)
#define kvfree(p) kernel_free(p)
#define struct_size(p, member, n) (sizeof(*(p)) + (n) * sizeof((p)->member[0]))

#define WARN_ON_ONCE(condition) ((condition) ? abort(), 1 : 0)
#define container_of(p, type, member) \
	((type *)((char *)(p)-offsetof(type, member)))
#define WRITE_ONCE(x, v) __atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define min(a, b) ((a) < (b) ? (a) : (b))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))

#define min3(a, b, c) min(min(a, b), c)
#define rounddown(x, y) ((x) - (x) % (y))
#define hweight64(x) ((unsigned int)__builtin_popcountll(x))
#define is_power_of_2(x) ((x) && !((x) & ((x)-1)))
#define be32_to_cpu(x) ntohl(x)

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline u64 rol64(u64 x, unsigned int n)
{
	return x << (n & 63) | x >> (-n & 63);
}

static inline u64 get_unaligned_be64(const void *p)
{
	u64 x;

	memcpy(&x, p, sizeof(x));
	return __builtin_bswap64(x);
}

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
