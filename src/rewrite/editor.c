/* SPDX-License-Identifier: BSD-2-Clause */
#include "editor.h"

#include <string.h>

/* No checksum covers more layers than there are, so updates end; this only guards against a wrong list. */
enum { DEPTH_MAX = 20, TARGET_SIZE = 16 };

void editor_init(struct editor *e, uint8_t *bytes, size_t length)
{
	e->bytes = bytes;
	e->length = length;
	e->count = 0;
}

bool editor_add(struct editor *e, const struct editor_sum *sum)
{
	if (sum->at + 2 > e->length)
		return true;
	if (e->count == EDITOR_SUMS)
		return false;
	e->sums[e->count++] = *sum;
	return true;
}

/* Adds the change of one byte to |difference|, a ones' complement sum. |odd|: it is the low byte of its word. */
static uint32_t add_change(uint32_t difference, uint8_t before, uint8_t after, bool odd)
{
	uint32_t gone = (uint32_t)(uint8_t)~before, come = after;

	/* The complement of a word whose other byte is 0 has 0xff there; both halves together give ~before + after. */
	difference += odd ? (0xff00 | gone) + come : (gone << 8 | 0xff) + (come << 8);
	difference = (difference & 0xffff) + (difference >> 16);
	return (difference & 0xffff) + (difference >> 16);
}

static bool covers(const struct editor_sum *sum, size_t at)
{
	if (sum->addresses != EDITOR_NONE && at >= sum->addresses && at < sum->addresses + sum->addresses_length)
		return true;
	if (sum->target && at >= sum->target && at < sum->target + TARGET_SIZE)
		return true;
	return at >= sum->from && at < sum->to && at != sum->at && at != sum->at + 1;
}

/* Is the byte at |at| the low byte of a word, as |sum| adds them? The field itself begins a word. */
static bool is_odd(const struct editor_sum *sum, size_t at)
{
	if (sum->addresses != EDITOR_NONE && at >= sum->addresses && at < sum->addresses + sum->addresses_length)
		return (at - sum->addresses) & 1;
	if (sum->target && at >= sum->target && at < sum->target + TARGET_SIZE)
		return (at - sum->target) & 1;
	return (at - sum->from) & 1;
}

static void put(struct editor *e, size_t at, const uint8_t *with, size_t length, unsigned depth);

static void update(struct editor *e, const struct editor_sum *sum, uint32_t difference, unsigned depth)
{
	uint32_t field = (uint32_t)e->bytes[sum->at] << 8 | e->bytes[sum->at + 1], next;
	uint8_t bytes[2];

	if (!difference || difference == 0xffff || (sum->optional && !field))
		return;
	next = (~field & 0xffff) + difference;
	next = (next & 0xffff) + (next >> 16);
	next = ~next & 0xffff;
	if (sum->optional && !next)
		next = 0xffff;
	bytes[0] = (uint8_t)(next >> 8);
	bytes[1] = (uint8_t)next;
	put(e, sum->at, bytes, sizeof bytes, depth + 1);
}

static void put(struct editor *e, size_t at, const uint8_t *with, size_t length, unsigned depth)
{
	uint32_t differences[EDITOR_SUMS] = { 0 };

	for (size_t i = 0; i < e->count; i++)
		for (size_t k = 0; k < length; k++)
			if (e->bytes[at + k] != with[k] && covers(&e->sums[i], at + k))
				differences[i] = add_change(differences[i], e->bytes[at + k], with[k],
							    is_odd(&e->sums[i], at + k));
	memcpy(e->bytes + at, with, length);
	for (size_t i = 0; i < e->count && depth < DEPTH_MAX; i++)
		update(e, &e->sums[i], differences[i], depth);
}

void editor_put(struct editor *e, size_t at, const uint8_t *with, size_t length)
{
	if (at >= e->length)
		return;
	put(e, at, with, length < e->length - at ? length : e->length - at, 0);
}

void editor_pseudo(struct editor *e, const uint8_t *before, const uint8_t *after, size_t length)
{
	uint32_t difference = 0;

	for (size_t i = 0; i < length; i++)
		if (before[i] != after[i])
			difference = add_change(difference, before[i], after[i], i & 1);
	for (size_t i = 0; i < e->count; i++)
		if (e->sums[i].outside)
			update(e, &e->sums[i], difference, 0);
}
