/* SPDX-License-Identifier: BSD-2-Clause */
/* lines: styled lines of text that the screen shows and scrolls. Text is visible UTF-8 without control characters. */
#ifndef SMTPSCOPE_LINES_H
#define SMTPSCOPE_LINES_H

#include "buf.h"

enum line_style {
	LINE_PLAIN,
	LINE_DIM,
	LINE_BOLD,
	LINE_GOOD,
	LINE_WARNING,
	LINE_BAD,
	LINE_CLIENT,
	LINE_SERVER,
	LINE_MARKED, /* a difference */
	LINE_STYLES
};

enum { LINES_MAX = 20000 };

struct line {
	enum line_style style;
	char *text;	/* owned */
	uint64_t entry; /* serial of the entry of the dialogue that it shows; 0: none */
};

/* A zeroed one is empty. */
struct lines {
	struct line *list;
	size_t count, capacity;
};

void lines_clear(struct lines *l);
void lines_finish(struct lines *l);
/* Adds |text|, made visible, on one line of at most |width| columns. */
void lines_add(struct lines *l, enum line_style style, struct span text, size_t width, uint64_t entry);
void lines_text(struct lines *l, enum line_style style, const char *text, size_t width);
/* Adds |text|, made visible, wrapped at blanks to |width| columns; lines after the first are indented by |indent| columns. */
void lines_wrap(struct lines *l, enum line_style style, struct span text, size_t width, size_t indent);
/* Adds an empty line. */
void lines_gap(struct lines *l);
/* Returns the first line from |from| on, in steps of 1 or -1, that contains |word| (without case); SIZE_MAX: none. */
size_t lines_find(const struct lines *l, size_t from, int step, const char *word);

#endif
