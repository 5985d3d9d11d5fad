/* SPDX-License-Identifier: BSD-2-Clause */
#include "wildcard.h"

#include <string.h>

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Returns the length of the set at |pattern|, which begins with '['; 0 if it is not closed. */
static size_t set_length(const char *pattern)
{
	const char *first = pattern + 1 + (pattern[1] == '!' || pattern[1] == '^');
	/* A ] at the beginning is a member. */
	const char *end = *first ? strchr(first + 1, ']') : NULL;

	return end ? (size_t)(end - pattern) + 1 : 0;
}

static bool in_set(const char *set, size_t length, uint8_t c)
{
	bool inverted = set[1] == '!' || set[1] == '^', found = false;
	size_t end = length - 1;

	for (size_t i = 1 + inverted; i < end; i++) {
		uint8_t from = lower((uint8_t)set[i]), to = from;

		if (i + 2 < end && set[i + 1] == '-') {
			to = lower((uint8_t)set[i + 2]);
			i += 2;
		}
		found = found || (c >= from && c <= to);
	}
	return found != inverted;
}

/*
 * Returns whether the first element of the pattern matches |c|. Sets |*length| to the length of the element.
 */
static bool match_one(const char *pattern, uint8_t c, size_t *length)
{
	size_t set = *pattern == '[' ? set_length(pattern) : 0;

	*length = set ? set : 1;
	if (!*pattern || *pattern == '*')
		return false;
	c = lower(c);
	return set ? in_set(pattern, set, c) : *pattern == '?' || lower((uint8_t)*pattern) == c;
}

bool wildcard_match(const char *pattern, struct span text)
{
	const char *star = NULL; /* what follows the last star */
	size_t at = 0, resume = 0, length;

	while (at < text.length) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = at;
		} else if (match_one(pattern, text.at[at], &length)) {
			pattern += length;
			at++;
		} else if (star) {
			pattern = star;
			at = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
