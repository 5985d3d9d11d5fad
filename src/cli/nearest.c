/* SPDX-License-Identifier: BSD-2-Clause */
#include "nearest.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The optimal string alignment distance; both words have at most NEAREST_LENGTH letters. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][NEAREST_LENGTH + 1];
	size_t *before = rows[0], *previous = rows[1], *row = rows[2], *recycled;

	for (size_t j = 0; j <= b_length; j++)
		previous[j] = j;
	memcpy(before, previous, sizeof rows[0]);
	for (size_t i = 1; i <= a_length; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(least(row[j - 1], previous[j]) + 1,
				       previous[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		recycled = before;
		before = previous;
		previous = row;
		row = recycled;
	}
	return previous[b_length];
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	size_t length = strlen(n->word), other = strlen(candidate), found;

	if (length == 0 || length > NEAREST_LENGTH || other > NEAREST_LENGTH)
		return;
	found = distance(n->word, length, candidate, other);
	if (found > (length > 4 ? 2 : 1) || (n->best && found >= n->distance))
		return;
	n->best = candidate;
	n->distance = found;
}
