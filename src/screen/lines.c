/* SPDX-License-Identifier: BSD-2-Clause */
#include "lines.h"

#include "escape.h"
#include <stdlib.h>
#include <string.h>

enum { TEXT_LIMIT = 64 * 1024 };

void lines_clear(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->list[i].text);
	l->count = 0;
}

void lines_finish(struct lines *l)
{
	lines_clear(l);
	free(l->list);
	*l = (struct lines){ 0 };
}

/* Adds a line whose text is visible already. */
static void push(struct lines *l, enum line_style style, struct span text, uint64_t entry)
{
	if (l->count == LINES_MAX)
		return;
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? 2 * l->capacity : 64;
		struct line *grown = realloc(l->list, capacity * sizeof *grown);

		if (!grown)
			return;
		l->list = grown;
		l->capacity = capacity;
	}
	l->list[l->count] =
	    (struct line){ .style = style, .text = strndup((const char *)text.at, text.length), .entry = entry };
	if (l->list[l->count].text)
		l->count++;
}

void lines_add(struct lines *l, enum line_style style, struct span text, size_t width, uint64_t entry)
{
	struct buf visible;

	buf_init(&visible, TEXT_LIMIT);
	escape_append(&visible, text, width);
	push(l, style, visible.length ? buf_span(&visible) : span_text(""), entry);
	buf_finish(&visible);
}

void lines_text(struct lines *l, enum line_style style, const char *text, size_t width)
{
	lines_add(l, style, span_text(text), width, 0);
}

void lines_gap(struct lines *l)
{
	push(l, LINE_PLAIN, span_text(""), 0);
}

/* Returns how many bytes of |text| make one line of |width| columns: up to the last blank, or within a long word. */
static size_t break_at(struct span text, size_t width)
{
	size_t used, fit = escape_fit(text, width, &used), at = fit;

	if (fit >= text.length)
		return text.length;
	while (at > 0 && text.at[at] != ' ')
		at--;
	return at > 0 ? at : fit;
}

void lines_wrap(struct lines *l, enum line_style style, struct span text, size_t width, size_t indent)
{
	struct buf visible;
	struct span rest;
	bool first = true;

	buf_init(&visible, TEXT_LIMIT);
	escape_append(&visible, text, ESCAPE_WHOLE);
	rest = buf_span(&visible);
	while (rest.length) {
		struct buf one;
		size_t margin = first ? 0 : indent,
		       at = break_at(rest, width > margin + 8 ? width - margin : 8);

		buf_init(&one, TEXT_LIMIT);
		for (size_t i = 0; i < margin; i++)
			buf_text(&one, " ");
		buf_append(&one, span_first(rest, at));
		push(l, style, buf_span(&one), 0);
		buf_finish(&one);
		rest = span_from(rest, at);
		while (rest.length && *rest.at == ' ')
			rest = span_from(rest, 1);
		first = false;
	}
	buf_finish(&visible);
}

size_t lines_find(const struct lines *l, size_t from, int step, const char *word)
{
	for (size_t i = from; i < l->count; i += (size_t)step)
		if (strcasestr(l->list[i].text, word))
			return i;
	return SIZE_MAX;
}
