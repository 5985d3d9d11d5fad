/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

#include "escape.h"
#include "figures.h"
#include "names.h"
#include <stdio.h>
#include <string.h>

enum { LINE_LIMIT = 16 * 1024, TEXT_SIZE = 512 };

/* The next command, body or reply. */
static const struct entry *next_turn(const struct entry *e)
{
	while (e && (e->kind == ENTRY_REMARK || e->kind == ENTRY_FINDING || e->kind == ENTRY_FOLD))
		e = e->next;
	return e;
}

static void turn_text(char text[static TEXT_SIZE], const struct entry *e)
{
	int length = e ? (int)e->length : 0;
	const char *end = e ? memchr(e->text, '\n', e->length) : NULL;

	if (end)
		length = (int)(end - e->text);
	if (!e)
		text[0] = 0;
	else if (e->kind == ENTRY_BODY)
		snprintf(text, TEXT_SIZE, "> (message, %llu bytes)", (unsigned long long)e->bytes);
	else if (e->kind == ENTRY_REPLY)
		snprintf(text, TEXT_SIZE, "< %u %.*s", e->code, length, e->text);
	else
		snprintf(text, TEXT_SIZE, "%s %.*s", e->kind == ENTRY_COMMAND ? ">" : "<", length, e->text);
}

/* Do two turns mean the same? Of commands the verb counts, of replies the code: names, sizes and ids always differ. */
static bool alike(const struct entry *a, const struct entry *b)
{
	if (!a || !b)
		return !a && !b;
	return a->kind == b->kind &&
	       (a->kind == ENTRY_REPLY ? a->code == b->code
				       : a->kind != ENTRY_COMMAND || strcmp(a->verb, b->verb) == 0);
}

static void pair(struct lines *l, enum line_style style, const char *left, const char *right, size_t width)
{
	size_t half = width > 21 ? (width - 3) / 2 : 10, used;
	struct buf line;

	buf_init(&line, LINE_LIMIT);
	used = escape_append(&line, span_text(left), half);
	for (; used < half; used++)
		buf_text(&line, " ");
	buf_text(&line, " | ");
	escape_append(&line, span_text(right), half);
	lines_add(l, style, buf_span(&line), width, 0);
	buf_finish(&line);
}

static void heading(char text[static TEXT_SIZE], const struct roster_row *row)
{
	char server[FIGURE_SIZE];

	figure_endpoint(server, &row->server);
	snprintf(text, TEXT_SIZE, "Session %llu to %s: %s", (unsigned long long)row->number, server,
		 row->ended ? name_session_outcome(row->outcome) : "open");
}

/* Extensions that only one of two EHLO replies offers. */
static void offers(struct lines *l, const struct entry *a, const struct entry *b, size_t width,
		   const char *whose)
{
	struct span rest = span_of(a->text, a->length);
	bool first = true;
	char text[TEXT_SIZE];

	while (rest.length) {
		const uint8_t *end = memchr(rest.at, '\n', rest.length);
		size_t length = end ? (size_t)(end - rest.at) : rest.length;

		if (!first && length && !memmem(b->text, b->length, rest.at, length)) {
			snprintf(text, sizeof text, "    only %s offers: %.*s", whose,
				 (int)(length < 200 ? length : 200), (const char *)rest.at);
			lines_text(l, LINE_WARNING, text, width);
		}
		first = false;
		rest = span_from(rest, end ? length + 1 : length);
	}
}

size_t page_difference(struct lines *l, const struct roster_row *a, const struct roster_row *b,
		       const struct page_look *look)
{
	const struct entry *one = next_turn(a->kept.dialogue.first), *other = next_turn(b->kept.dialogue.first);
	char left[TEXT_SIZE], right[TEXT_SIZE];
	size_t marked = 0;

	heading(left, a);
	heading(right, b);
	pair(l, LINE_BOLD, left, right, look->width);
	pair(l, LINE_PLAIN, a->headline ? a->headline : "", b->headline ? b->headline : "", look->width);
	lines_gap(l);
	while (one || other) {
		bool same = alike(one, other);

		turn_text(left, one);
		turn_text(right, other);
		if (!same && !marked)
			marked = l->count;
		pair(l,
		     same		  ? LINE_PLAIN
		     : marked == l->count ? LINE_MARKED
					  : LINE_DIM,
		     left, right, look->width);
		if (same && one->capabilities && other->capabilities) {
			offers(l, one, other, look->width, "the left");
			offers(l, other, one, look->width, "the right");
		}
		one = one ? next_turn(one->next) : NULL;
		other = other ? next_turn(other->next) : NULL;
	}
	if (!marked)
		lines_text(l, LINE_GOOD, "Commands and reply codes are the same.", look->width);
	return marked;
}
