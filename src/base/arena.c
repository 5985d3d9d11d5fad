/* SPDX-License-Identifier: BSD-2-Clause */
#include "arena.h"

enum { FIRST_SIZE = 240, BLOCK_SIZE = 512 }; /* of most blocks */

struct arena_block {
	struct arena_block *older;
	size_t size;
	_Alignas(max_align_t) uint8_t bytes[];
};

static size_t aligned(size_t size)
{
	return (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
}

void *arena_take(struct arena *a, size_t size)
{
	struct arena_block *block = a->newest;
	size_t wanted = aligned(size ? size : 1);
	uint8_t *at;

	if (wanted < size)
		return NULL;
	if (wanted > a->left) {
		size_t usual =
		    (block ? BLOCK_SIZE : FIRST_SIZE) / _Alignof(max_align_t) * _Alignof(max_align_t) -
		    sizeof *block;
		size_t room = wanted > usual ? wanted : usual;

		if (room > PTRDIFF_MAX - sizeof *block ||
		    !(block = account_take(a->account, sizeof *block + room)))
			return NULL;
		block->older = a->newest;
		block->size = room;
		a->newest = block;
		a->left = room;
	}
	at = block->bytes + (block->size - a->left);
	a->left -= wanted;
	memset(at, 0, wanted);
	return at;
}

char *arena_string(struct arena *a, struct span text)
{
	size_t length = text.length ? strnlen((const char *)text.at, text.length) : 0;
	char *copy = length < SIZE_MAX ? arena_take(a, length + 1) : NULL;

	if (copy && length)
		memcpy(copy, text.at, length);
	return copy;
}

void arena_finish(struct arena *a)
{
	while (a->newest) {
		struct arena_block *older = a->newest->older;

		account_free(a->account, a->newest);
		a->newest = older;
	}
	a->left = 0;
}
