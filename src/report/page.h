/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page: lines for a person, of a given width. It knows the column it stands in and wraps; whatever text it is given comes out
 * escaped (escape.h), so that nothing from the wire reaches the terminal as it is. Colour only where allowed.
 */
#ifndef SMTPSCOPE_PAGE_H
#define SMTPSCOPE_PAGE_H

#include "output.h"

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_RED,
	STYLE_YELLOW,
	STYLE_GREEN,
	STYLE_CYAN,
	STYLE_ALARM
};

struct page {
	struct output *out; /* the caller's */
	bool color;
	size_t width;  /* columns */
	size_t column; /* where the next character goes */
	enum style style;
	struct buf line;
};

enum { PAGE_WIDTH_MIN = 40, PAGE_WIDTH_MAX = 120, PAGE_WIDTH_UNKNOWN = 80 };

/* |width| 0: unknown; others are kept between the limits. */
void page_init(struct page *p, struct output *out, bool color, unsigned width);
void page_finish(struct page *p);

/* How what follows looks, until the line ends or the next style. */
void page_style(struct page *p, enum style style);
/* Text as it comes, cut with an ellipsis at the edge. */
void page_put(struct page *p, const char *text);
void page_put_span(struct page *p, struct span text);
/* Blanks up to |column|; nothing where it is past. */
void page_to(struct page *p, size_t column);
/*
 * Text broken between words: goes on where the line stands, further lines begin at |indent|; at most |lines| lines, the
 * last cut with an ellipsis (0: as many as it takes). Does not end the last line.
 */
void page_wrap(struct page *p, struct span text, size_t indent, unsigned lines);
void page_wrap_text(struct page *p, const char *text, size_t indent);
/* The same for parts that " · " holds apart: a line ends between two of them where it can, and the next begins with the dot. */
void page_wrap_parts(struct page *p, struct span text, size_t indent);
/* Text that goes to the next line, without the blanks it begins with, where this one has no room for all of it. */
void page_wrap_unit(struct page *p, struct span text, size_t indent, unsigned lines);
void page_newline(struct page *p);
/* A line across the page from here on. */
void page_rule(struct page *p);

#endif
