/* SPDX-License-Identifier: BSD-2-Clause */
#include "keyed_sort.h"

#include <string.h>

enum { DIGITS = 8, DIGIT_BITS = 8, VALUES = 1 << DIGIT_BITS };

static unsigned digit_of(uint64_t key, unsigned digit)
{
	return (unsigned)(key >> digit * DIGIT_BITS) % VALUES;
}

/* Copies |count| entries from |from| to |to|, sorted by one digit. |at|: how many there are with each value; it is changed. */
static void distribute(const struct keyed *from, struct keyed *to, size_t count, unsigned digit,
		       size_t at[static VALUES])
{
	size_t begin = 0;

	for (unsigned i = 0; i < VALUES; i++) {
		size_t here = at[i];

		at[i] = begin;
		begin += here;
	}
	for (size_t i = 0; i < count; i++)
		to[at[digit_of(from[i].key, digit)]++] = from[i];
}

/* A radix sort from the lowest digit. */
void keyed_sort(struct keyed *list, struct keyed *scratch, size_t count)
{
	size_t counts[DIGITS][VALUES] = { 0 };
	struct keyed *from = list, *to = scratch;

	for (size_t i = 0; i < count; i++)
		for (unsigned digit = 0; digit < DIGITS; digit++)
			counts[digit][digit_of(list[i].key, digit)]++;
	for (unsigned digit = 0; count && digit < DIGITS; digit++) {
		struct keyed *sorted = to;

		/* All have the same. */
		if (counts[digit][digit_of(from->key, digit)] == count)
			continue;
		distribute(from, to, count, digit, counts[digit]);
		to = from;
		from = sorted;
	}
	if (from != list)
		memcpy(list, from, count * sizeof *list);
}
