/* SPDX-License-Identifier: BSD-2-Clause */
#include "figures.h"

#include "decimal.h"

#include <stdio.h>
#include <string.h>

void figure_count(char text[static FIGURE_SIZE], uint64_t count)
{
	char digits[DECIMAL_SIZE];
	size_t length = (size_t)(decimal_write(digits, count, 1) - digits), to = 0;

	for (size_t i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			text[to++] = ',';
		text[to++] = digits[i];
	}
	text[to] = 0;
}

/* Appends a word, cut if the figure is full. */
static void add(char text[static FIGURE_SIZE], size_t *length, const char *word)
{
	size_t count = strnlen(word, FIGURE_SIZE - 1 - *length);

	memcpy(text + *length, word, count);
	*length += count;
	text[*length] = 0;
}

void figure_many(char text[static FIGURE_SIZE], uint64_t count, const char *singular, const char *plural)
{
	size_t length;

	figure_count(text, count);
	length = strlen(text);
	add(text, &length, " ");
	add(text, &length, count != 1 && plural ? plural : singular);
	if (count != 1 && !plural)
		add(text, &length, "s");
}

/* Writes |value| and its unit; with |second|, another pair. The words are short. */
static void one_or_two(char *to, uint64_t value, const char *first, uint64_t more, unsigned width,
		       const char *second)
{
	to = stpcpy(decimal_write(to, value, 1), first);
	if (second)
		stpcpy(decimal_write(to, more, width), second);
}

void figure_duration(char text[static FIGURE_SIZE], int64_t ns)
{
	uint64_t us = (uint64_t)ns / 1000, s = us / 1000000;

	if (ns < 0)
		memcpy(text, "?", sizeof "?");
	else if (us < 1000)
		one_or_two(text, us, " µs", 0, 0, NULL);
	else if (us < 10000)
		one_or_two(text, us / 1000, ".", us / 100 % 10, 1, " ms");
	else if (us < 1000000)
		one_or_two(text, us / 1000, " ms", 0, 0, NULL);
	else if (s < 60)
		one_or_two(text, s, ".", us / 10000 % 100, 2, " s");
	else if (s < 3600)
		one_or_two(text, s / 60, " min ", s % 60, 1, " s");
	else if (s < 86400)
		one_or_two(text, s / 3600, " h ", s / 60 % 60, 1, " min");
	else
		one_or_two(text, s / 86400, " d ", s / 3600 % 24, 1, " h");
}

void figure_seconds(char text[static FIGURE_SIZE], int64_t ns)
{
	int64_t ms = ns / TSTAMP_MILLISECOND;
	uint64_t size = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;

	if (ms < 0)
		*text = '-';
	one_or_two(text + (ms < 0), size / 1000, ".", size % 1000, 3, "");
}

void figure_moment(char text[static FIGURE_SIZE], tstamp t)
{
	char stamp[TSTAMP_TEXT_SIZE], *at;

	tstamp_format(stamp, t, 3);
	at = strchr(stamp, 'T');
	if (at)
		*at = ' ';
	at = strchr(stamp, 'Z');
	if (at)
		*at = 0;
	snprintf(text, FIGURE_SIZE, "%s UTC", stamp);
}

void figure_endpoint(char text[static FIGURE_SIZE], const struct endpoint *e)
{
	bool brackets = e->addr.version == 6;
	char *to = text;

	if (brackets)
		*to++ = '[';
	addr_format(to, &e->addr);
	to += strlen(to);
	to = stpcpy(to, brackets ? "]:" : ":");
	*decimal_write(to, e->port, 1) = 0;
}
