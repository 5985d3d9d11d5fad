/* SPDX-License-Identifier: BSD-2-Clause */
#include "offers.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <strings.h>

/* The offers of one reply; |lines|, |list| and the texts follow it. */
struct offer_block {
	size_t references;
	size_t count; /* of lines */
	size_t size;  /* bytes of all */
	_Alignas(max_align_t) char *lines[];
};

static void release(struct offer_block *b, struct account *account)
{
	if (b && --b->references == 0)
		account_free(account, b);
}

void offer_store_finish(struct offer_store *store, struct account *account)
{
	for (size_t i = 0; i < OFFER_BLOCKS; i++)
		release(store->latest[i], account);
	*store = (struct offer_store){ 0 };
}

void offers_finish(struct offers *o, struct account *account)
{
	if (o->lines)
		release((struct offer_block *)(void *)((char *)o->lines - offsetof(struct offer_block, lines)),
			account);
	*o = (struct offers){ 0 };
}

/* A byte as it is kept. */
static char text_byte(uint8_t byte)
{
	return byte ? (char)byte : '?';
}

/*
 * Adds the line as sent and its parts at |block|: "SIZE 10\0SIZE\010". Some servers write "AUTH=LOGIN" for clients of the last century:
 * that is an offer of AUTH, too. Returns the end of the block.
 */
static char *add(struct offers *o, struct span line, char *block)
{
	char *keyword = block + line.length + 1, *arguments;
	size_t length = 0;

	for (size_t i = 0; i < line.length; i++)
		block[i] = text_byte(line.at[i]);
	block[line.length] = 0;
	while (length < line.length && !strchr(" \t=", block[length])) {
		keyword[length] = (char)toupper((unsigned char)block[length]);
		length++;
	}
	keyword[length] = 0;
	arguments = block + length;
	while (*arguments && strchr(" \t=", *arguments))
		arguments++;
	o->lines[o->count] = block;
	o->list[o->count++] = (struct offer){ .keyword = keyword, .arguments = arguments };
	return keyword + length + 1;
}

/* Takes one block of memory for |count| offers and their texts. */
static struct offer_block *take_block(struct offers *o, const struct reply *reply, size_t count,
				      struct account *account)
{
	size_t size = sizeof(struct offer_block) + count * (sizeof *o->list + sizeof *o->lines);
	struct offer_block *b;

	for (size_t i = 1; i <= count; i++)
		size += 2 * reply->lines[i].length + 2;
	b = account_take(account, size);
	if (b)
		*b = (struct offer_block){ .references = 1, .size = size };
	return b;
}

/* Makes |o| show the offers of |b|, of which |count| lines may be used. */
static void show(struct offers *o, struct offer_block *b, size_t count)
{
	o->lines = b->lines;
	o->list = (struct offer *)(void *)(b->lines + count);
	o->count = (uint32_t)b->count;
}

static struct offer_block **slot_of(struct offer_store *store, const struct reply *reply, size_t count)
{
	uint64_t hash = count;

	for (size_t i = 1; i <= count; i++)
		for (size_t at = 0; at < reply->lines[i].length; at++)
			hash = (hash ^ reply->lines[i].at[at]) * UINT64_C(0x100000001b3);
	return &store->latest[(hash ^ hash >> 32) % OFFER_BLOCKS];
}

/* Are these the first |count| offers of |reply|, none of which is empty? */
static bool block_is(const struct offer_block *b, const struct reply *reply, size_t count)
{
	if (!b || b->count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct span line = reply->lines[i + 1];

		for (size_t at = 0; at < line.length; at++)
			if (b->lines[i][at] != text_byte(line.at[at]))
				return false;
		if (!line.length || b->lines[i][line.length])
			return false;
	}
	return true;
}

/* Reads |count| lines into a block, or shows one that is equal. Returns false if memory runs out. */
static bool read_lines(struct offers *o, const struct reply *reply, size_t count, struct offer_store *store,
		       struct account *account)
{
	struct offer_block **slot = store ? slot_of(store, reply, count) : NULL, *b;
	char *at;

	if (slot && block_is(*slot, reply, count)) {
		(*slot)->references++;
		show(o, *slot, count);
		return true;
	}
	b = take_block(o, reply, count, account);
	if (!b)
		return false;
	show(o, b, count);
	at = (char *)(o->list + count);
	for (size_t i = 0; i < count; i++)
		if (reply->lines[i + 1].length)
			at = add(o, reply->lines[i + 1], at);
	b->count = o->count;
	if (slot && b->size <= OFFER_BLOCK_SIZE && b->count == count) {
		release(*slot, account);
		b->references++;
		*slot = b;
	}
	return true;
}

void offers_read(struct offers *o, const struct reply *reply, struct offer_store *store, struct account *account)
{
	static const unsigned doubtful =
	    REPLY_TRUNCATED | REPLY_MIXED_CODES | REPLY_LONG | REPLY_NO_END | REPLY_AFTER_GAP;
	size_t count = reply->line_count > 1 ? reply->line_count - 1 : 0;
	bool whole =
	    !(reply->flags & doubtful) && count <= OFFERS_KEPT && reply->lines_seen == reply->line_count;

	offers_finish(o, account);
	o->end = reply->end;
	o->frame = reply->frame;
	if (count > OFFERS_KEPT)
		count = OFFERS_KEPT;
	if (count && !read_lines(o, reply, count, store, account))
		whole = false;
	o->state = whole ? OFFERS_SEEN : OFFERS_UNKNOWN;
}

void offers_none(struct offers *o, const struct reply *reply, struct account *account)
{
	offers_finish(o, account);
	o->state = OFFERS_NONE;
	o->end = reply->end;
	o->frame = reply->frame;
}

const struct offer *offers_find(const struct offers *o, const char *keyword)
{
	for (size_t i = 0; i < o->count; i++)
		/* The first letter tells, mostly. */
		if (o->list[i].keyword[0] == keyword[0] && strcmp(o->list[i].keyword, keyword) == 0)
			return &o->list[i];
	return NULL;
}

static bool names(const char *arguments, const char *argument)
{
	size_t length = strlen(argument);

	while (*arguments) {
		size_t word = strcspn(arguments, " \t");

		if (word == length && strncasecmp(arguments, argument, length) == 0)
			return true;
		arguments += word;
		arguments += strspn(arguments, " \t");
	}
	return false;
}

bool offers_argument(const struct offers *o, const char *keyword, const char *argument)
{
	for (size_t i = 0; i < o->count; i++)
		if (strcmp(o->list[i].keyword, keyword) == 0 && names(o->list[i].arguments, argument))
			return true;
	return false;
}

uint64_t offers_number(const char *digits)
{
	uint64_t value = 0;

	for (; digits && *digits >= '0' && *digits <= '9'; digits++)
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*digits - '0'), &value))
			return UINT64_MAX;
	return value;
}

uint64_t offers_size_limit(const struct offers *o)
{
	const struct offer *size = offers_find(o, "SIZE");

	return size ? offers_number(size->arguments) : 0;
}
