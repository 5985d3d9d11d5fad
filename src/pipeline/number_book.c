/* SPDX-License-Identifier: BSD-2-Clause */
#include "number_book.h"

enum { BLOCK = 128 };

struct number_block {
	unsigned released;
	uint64_t numbers[BLOCK];
};

void number_book_finish(struct number_book *b)
{
	for (size_t i = 0; i < b->count; i++)
		account_free(b->account, b->blocks[i]);
	account_free(b->account, b->blocks);
	*b = (struct number_book){ .account = b->account };
}

/* Returns the place of the block of |own|; NULL: there is none. */
static struct number_block **place_of(const struct number_book *b, uint64_t own)
{
	size_t index = (size_t)((own - 1) / BLOCK);

	return own && index >= b->first && index - b->first < b->count ? &b->blocks[index - b->first] : NULL;
}

/* Drops the blocks in front that are gone. */
static void trim(struct number_book *b)
{
	size_t gone = 0;

	while (gone < b->count && !b->blocks[gone])
		gone++;
	if (!gone || (gone < b->count && gone < b->capacity / 2))
		return;
	b->first += gone;
	b->count -= gone;
	memmove(b->blocks, b->blocks + gone, b->count * sizeof *b->blocks);
}

static bool add_block(struct number_book *b)
{
	struct number_block **grown;

	if (b->count == b->capacity) {
		grown = account_resize(b->account, b->blocks, (b->capacity + 16) * 2 * sizeof *grown);
		if (!grown)
			return false;
		b->blocks = grown;
		b->capacity = (b->capacity + 16) * 2;
	}
	b->blocks[b->count] = account_take_zeroed(b->account, 1, sizeof **b->blocks);
	b->count++;
	return true;
}

bool number_book_add(struct number_book *b, uint64_t number)
{
	uint64_t own = ++b->added;
	struct number_block **place;

	if ((own - 1) / BLOCK >= b->first + b->count && !add_block(b))
		return false;
	place = place_of(b, own);
	if (!place || !*place)
		return false;
	(*place)->numbers[(own - 1) % BLOCK] = number;
	return true;
}

uint64_t number_book_find(const struct number_book *b, uint64_t own)
{
	struct number_block **place = place_of(b, own);

	return place && *place ? (*place)->numbers[(own - 1) % BLOCK] : 0;
}

void number_book_release(struct number_book *b, uint64_t own)
{
	struct number_block **place = place_of(b, own);

	if (!place || !*place || ++(*place)->released < BLOCK)
		return;
	account_free(b->account, *place);
	*place = NULL;
	trim(b);
}
