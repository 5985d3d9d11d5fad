/* SPDX-License-Identifier: BSD-2-Clause */
#include "account.h"

#include <malloc.h>
#include <stdlib.h>

/* The size of the block behind |at| as the allocator counts it, with its header. */
static size_t block_size(const void *at)
{
	return at ? malloc_usable_size((void *)(uintptr_t)at) + sizeof(size_t) : 0;
}

void *account_take(struct account *a, size_t size)
{
	void *at = malloc(size ? size : 1);

	if (a)
		account_charge(a, block_size(at));
	return at;
}

void *account_take_zeroed(struct account *a, size_t count, size_t size)
{
	void *at = calloc(count ? count : 1, size ? size : 1);

	if (a)
		account_charge(a, block_size(at));
	return at;
}

void *account_resize(struct account *a, void *at, size_t size)
{
	size_t before = a ? block_size(at) : 0;
	void *grown = size ? realloc(at, size) : NULL;

	if (a && grown) {
		account_release(a, before);
		account_charge(a, block_size(grown));
	}
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

void account_free(struct account *a, const void *at)
{
	if (a)
		account_release(a, block_size(at));
	free((void *)(uintptr_t)at);
}

size_t account_share(const struct account *a, size_t most, size_t parts)
{
	return a && a->limit / parts < most ? a->limit / parts : most;
}
