/* SPDX-License-Identifier: BSD-2-Clause */
#include "account.h"

#include <stdlib.h>

/* Charges or releases what the blocks of the pool take up more or less than |before|. */
static void settle(struct account *a, size_t before)
{
	account_charge(a, a->pool.taken - before);
}

void *account_take(struct account *a, size_t size)
{
	size_t before;
	void *at;

	if (!a)
		return malloc(size ? size : 1);
	before = a->pool.taken;
	at = pool_take(&a->pool, size ? size : 1);
	settle(a, before);
	return at;
}

void *account_take_zeroed(struct account *a, size_t count, size_t size)
{
	size_t before;
	void *at;

	if (!a)
		return calloc(count ? count : 1, size ? size : 1);
	if (size && count > SIZE_MAX / size)
		return NULL;
	size *= count;
	before = a->pool.taken;
	at = pool_take_zeroed(&a->pool, size ? size : 1);
	settle(a, before);
	return at;
}

void *account_resize(struct account *a, void *at, size_t size)
{
	size_t before;
	void *grown;

	if (!size)
		return NULL;
	if (!a)
		return realloc(at, size);
	if (!at)
		return account_take(a, size);
	before = a->pool.taken;
	grown = pool_resize(&a->pool, at, size);
	settle(a, before);
	return grown;
}

char *account_string(struct account *a, struct span text)
{
	size_t length = text.length ? strnlen((const char *)text.at, text.length) : 0;
	char *copy = length < SIZE_MAX ? account_take(a, length + 1) : NULL;

	if (!copy)
		return NULL;
	if (length)
		memcpy(copy, text.at, length);
	copy[length] = 0;
	return copy;
}

void account_give(struct account *a, const void *at)
{
	void *block = (void *)(uintptr_t)at;
	size_t before;

	if (!a) {
		free(block);
		return;
	}
	before = a->pool.taken;
	pool_give(&a->pool, block);
	a->used -= before - a->pool.taken;
}

size_t account_share(const struct account *a, size_t most, size_t parts)
{
	return a && a->limit / parts < most ? a->limit / parts : most;
}
