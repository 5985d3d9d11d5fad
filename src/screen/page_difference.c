/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

#include "dialogue_difference.h"
#include "escape.h"
#include "figures.h"
#include "names.h"
#include <stdio.h>
#include <string.h>

enum { LINE_LIMIT = 16 * 1024, TEXT_SIZE = 512, OFFER_KEPT = 200 };

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

/* Where to add the extensions that only one side offers. */
struct offer_lines {
	struct lines *lines;
	size_t width;
	const char *whose;
};

static void add_offer(void *context, struct span offer)
{
	const struct offer_lines *o = context;
	char text[TEXT_SIZE];

	snprintf(text, sizeof text, "    only %s offers: %.*s", o->whose,
		 (int)(offer.length < OFFER_KEPT ? offer.length : OFFER_KEPT), (const char *)offer.at);
	lines_text(o->lines, LINE_WARNING, text, o->width);
}

size_t page_difference(struct lines *l, const struct roster_row *a, const struct roster_row *b,
		       const struct page_look *look)
{
	const struct entry *one = turn_from(a->kept.dialogue.first), *other = turn_from(b->kept.dialogue.first);
	char left[TEXT_SIZE], right[TEXT_SIZE];
	size_t marked = 0;

	heading(left, a);
	heading(right, b);
	pair(l, LINE_BOLD, left, right, look->width);
	pair(l, LINE_PLAIN, a->headline ? a->headline : "", b->headline ? b->headline : "", look->width);
	lines_gap(l);
	while (one || other) {
		bool same = turns_are_alike(one, other);

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
			turn_offers(one, other, add_offer, &(struct offer_lines){ l, look->width, "the left" });
			turn_offers(other, one, add_offer,
				    &(struct offer_lines){ l, look->width, "the right" });
		}
		one = one ? turn_from(one->next) : NULL;
		other = other ? turn_from(other->next) : NULL;
	}
	if (!marked)
		lines_text(l, LINE_GOOD, "Commands and reply codes are the same.", look->width);
	return marked;
}
