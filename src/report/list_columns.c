/* SPDX-License-Identifier: BSD-2-Clause */
#include "list_columns.h"

#include "escape.h"

enum {
	WIDTH_MIN = 80,
	WIDTH_MAX = 250,
	DATE_WIDTH = 19, /* of "2026-11-28 15:04:05" */
	TIME_AT = 11,
	NUMBER_EXPECTED = 6, /* digits */
	GAPS = LIST_COLUMNS, /* one blank between two columns, and the mark of a story */
};

static const struct {
	const char *head;
	size_t least, good, most; /* columns: minimum; before others get more than this; maximum */
	bool tail;		  /* the end of the text says most */
} columns[LIST_COLUMNS] = {
	[LIST_NUMBER] = { "#", 1, 20, 20, false },     [LIST_START] = { "START", 8, 8, 8, false },
	[LIST_CLIENT] = { "CLIENT", 6, 15, 39, true }, [LIST_SERVER] = { "SERVER", 6, 15, 39, true },
	[LIST_HELO] = { "HELO", 4, 14, 40, false },    [LIST_FROM] = { "FROM", 7, 18, 50, false },
	[LIST_TO] = { "TO", 8, 18, 50, false },	       [LIST_OUTCOME] = { "OUTCOME", 9, 9, 9, false },
	[LIST_CODE] = { "CODE", 4, 4, 4, false },      [LIST_CAUSE] = { "CAUSE", 10, 20, 30, false },
};

void list_columns_init(struct list_columns *c, unsigned width)
{
	*c = (struct list_columns){ .width = width < WIDTH_MIN	 ? WIDTH_MIN
					     : width > WIDTH_MAX ? WIDTH_MAX
								 : width };
	for (int i = 0; i < LIST_COLUMNS; i++)
		c->needed[i] = strlen(columns[i].head);
}

void list_columns_fit(struct list_columns *c, const char *fields)
{
	for (int i = 0; i < LIST_COLUMNS; i++) {
		size_t needed = escape_width(span_text(fields));

		if (c->needed[i] < needed)
			c->needed[i] = needed;
		fields += strlen(fields) + 1;
	}
}

void list_columns_expect(struct list_columns *c)
{
	for (int i = 0; i < LIST_COLUMNS; i++)
		if (c->needed[i] < columns[i].most)
			c->needed[i] = columns[i].most;
	c->needed[LIST_NUMBER] = NUMBER_EXPECTED;
	c->needed[LIST_START] = DATE_WIDTH;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Distributes |left| columns, one to each column in turn, up to what it needs and |good| or |most|. Returns the rest. */
static size_t grow(struct list_columns *c, size_t left, bool to_most)
{
	for (bool grown = true; left && grown;) {
		grown = false;
		/* The cause says most. */
		for (int i = LIST_COLUMNS - 1; i >= 0 && left; i--) {
			if (c->widths[i] >= least(c->needed[i], to_most ? columns[i].most : columns[i].good))
				continue;
			c->widths[i]++;
			left--;
			grown = true;
		}
	}
	return left;
}

void list_columns_settle(struct list_columns *c)
{
	size_t used = GAPS, left;

	for (int i = 0; i < LIST_COLUMNS; i++) {
		/* A number is never cut. */
		size_t first = i == LIST_NUMBER ? columns[i].most : columns[i].least;

		c->widths[i] = least(c->needed[i], first);
		used += c->widths[i];
	}
	left = c->width > used ? c->width - used : 0;
	/* A date is shown completely or not at all. */
	if (c->width >= 2 * WIDTH_MIN && c->needed[LIST_START] >= DATE_WIDTH) {
		c->widths[LIST_START] = DATE_WIDTH;
		left -= DATE_WIDTH - columns[LIST_START].least;
	}
	grow(c, grow(c, left, false), true);
}

static void pad(struct buf *line, size_t used, size_t width)
{
	for (; used < width; used++)
		buf_text(line, " ");
}

/* An address is cut in front of the number of further ones. */
static size_t put_address(struct buf *line, const char *text, size_t width)
{
	struct span whole = span_text(text), more = span_of(NULL, 0);
	const char *plus = strrchr(text, ' ');

	if (plus && strncmp(plus, LIST_MORE, strlen(LIST_MORE)) == 0 && strlen(plus) + 2 <= width) {
		more = span_text(plus);
		whole = span_first(whole, (size_t)(plus - text));
	}
	return escape_append(line, whole, width - more.length) + escape_append(line, more, ESCAPE_WHOLE);
}

void list_columns_put(const struct list_columns *c, struct buf *line, enum list_column column, const char *text)
{
	size_t width = c->widths[column], used, whole = escape_width(span_text(text));

	if (column == LIST_NUMBER) {
		pad(line, whole, width);
		buf_text(line, text);
		return;
	}
	if (column == LIST_START && width < DATE_WIDTH && whole == DATE_WIDTH) {
		used = escape_append(line, span_text(text + TIME_AT), width);
	} else if (columns[column].tail && whole > width) {
		/* Addresses are plain ASCII: one byte is one column. */
		buf_text(line, "…");
		used = 1 + escape_append(line, span_from(span_text(text), whole - (width - 1)), width - 1);
	} else if (column == LIST_FROM || column == LIST_TO) {
		used = put_address(line, text, width);
	} else {
		used = escape_append(line, span_text(text), width);
	}
	pad(line, used, width);
}

const char *list_columns_head(enum list_column column)
{
	return columns[column].head;
}
