/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * account: how much memory everything that grows with the input uses together, and how much it may use. Memory is charged when it is
 * taken, so the sum is known at any time without asking the allocator. The pipeline owns the account and hands it to all stages. When the
 * account is full, the pipeline makes room: an allocation never fails because of the limit.
 *
 * All functions accept NULL as the account: the memory is then that of malloc and not charged. Otherwise it comes from the pool of the account.
 */
#ifndef SMTPSCOPE_ACCOUNT_H
#define SMTPSCOPE_ACCOUNT_H

#include "pool.h"
#include "span.h"

struct account {
	size_t limit; /* bytes that may be used; SIZE_MAX: no limit */
	size_t used;  /* bytes charged now, with what the allocator adds to each block */
	size_t peak;  /* the most that was charged at once */
	struct pool pool;
};

/* Frees the memory of the pool. Everything that was taken from |a| must have been freed. */
static inline void account_finish(struct account *a)
{
	pool_finish(&a->pool);
}

/* Charges |bytes| that were taken in another way: the blocks of an arena, the contexts of a library. */
static inline void account_charge(struct account *a, size_t bytes)
{
	if (!a)
		return;
	a->used += bytes;
	if (a->used > a->peak)
		a->peak = a->used;
}

/* Releases |bytes| that account_charge charged. */
static inline void account_release(struct account *a, size_t bytes)
{
	if (a)
		a->used -= bytes;
}

/* Returns whether more is charged than the limit, with what lies idle between blocks, so that something must give way. */
static inline bool account_is_full(const struct account *a)
{
	return a && a->used + a->pool.slack > a->limit;
}

/* Allocates |size| bytes and charges them. Returns NULL if memory runs out. The caller frees them with account_free and the same account. */
void *account_take(struct account *a, size_t size);
/* Like account_take, for |count| zeroed objects of |size| bytes. */
void *account_take_zeroed(struct account *a, size_t count, size_t size);
/*
 * Like realloc: changes the size of |at| (NULL: allocates) to |size| bytes, and charges the difference. Returns NULL if memory runs out or
 * |size| is 0; |at| is then unchanged.
 */
void *account_resize(struct account *a, void *at, size_t size);
/* Returns a NUL-terminated copy of |text|, up to its first NUL byte, taken with account_take; NULL if memory runs out. */
char *account_string(struct account *a, struct span text);
/* account_free for an |at| other than NULL. */
void account_give(struct account *a, const void *at);
/* Frees |at|, which was taken from |a|, and releases what it was charged. Accepts NULL: much of a session is never taken. */
static inline void account_free(struct account *a, const void *at)
{
	if (at)
		account_give(a, at);
}
/*
 * Returns how much a store may hold that does not give way when the account is full: |most| bytes, but at most this part of the limit
 * (|parts|: 8 for an eighth).
 */
size_t account_share(const struct account *a, size_t most, size_t parts);

#endif
