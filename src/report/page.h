/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page: writes lines of a given width for people. Tracks the column and wraps text. All text is escaped
 * (escape.h), so that nothing from the wire reaches the terminal unchanged. Colors are optional.
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
	struct output *out; /* owned by the caller */
	bool color;
	size_t width;  /* columns */
	size_t column; /* position of the next character */
	enum style style;
	struct buf line;
};

enum { PAGE_WIDTH_MIN = 40, PAGE_WIDTH_MAX = 120, PAGE_WIDTH_UNKNOWN = 80 };

/* |width| 0: unknown; other values are clamped to the limits. */
void page_init(struct page *p, struct output *out, bool color, unsigned width);
void page_finish(struct page *p);

/* The style of the following text, until the end of the line or the next style. */
void page_style(struct page *p, enum style style);
/* Writes text on this line; cuts it with an ellipsis at the edge. */
void page_put(struct page *p, const char *text);
void page_put_span(struct page *p, struct span text);
/* Writes text on this line, however long it is. */
void page_put_whole(struct page *p, struct span text);
/* Writes blanks up to |column|; nothing if the line is already longer. */
void page_to(struct page *p, size_t column);
/*
 * Writes text broken between words: continues the current line; further lines begin at |indent|. Uses at most
 * |lines| lines and ends the last with an ellipsis if cut (0: no limit). Does not end the last line.
 */
void page_wrap(struct page *p, struct span text, size_t indent, unsigned lines);
void page_wrap_text(struct page *p, const char *text, size_t indent);
/*
 * The same for parts separated by " · ": breaks between two parts if possible; the next line then begins with
 * the dot.
 */
void page_wrap_parts(struct page *p, struct span text, size_t indent);
/* Writes text on the next line, without leading blanks, if this line has no room for all of it. */
void page_wrap_unit(struct page *p, struct span text, size_t indent, unsigned lines);
void page_newline(struct page *p);
/* Writes a rule across the rest of the line. */
void page_rule(struct page *p);

#endif
