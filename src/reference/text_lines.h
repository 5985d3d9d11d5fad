/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text_lines: lines of a text, each with its number in the input. Bounded: TEXT_BYTES_KEPT bytes and TEXT_LINES_KEPT lines; of a line,
 * TEXT_LINE_KEPT bytes.
 */
#ifndef SMTPSCOPE_TEXT_LINES_H
#define SMTPSCOPE_TEXT_LINES_H

#include "buf.h"

enum { TEXT_LINE_KEPT = 64 * 1024, TEXT_BYTES_KEPT = 4 * 1024 * 1024, TEXT_LINES_KEPT = 64 * 1024 };

struct text_line {
	size_t at, length; /* in |bytes| */
	size_t number;	   /* 1-based, in the input */
};

struct text_lines {
	struct buf bytes;
	struct text_line *list;
	size_t count, room;
};

void text_lines_init(struct text_lines *t);
void text_lines_finish(struct text_lines *t);
/* Removes all lines but keeps the memory. */
void text_lines_clear(struct text_lines *t);
/* Adds a copy of |line|, cut to TEXT_LINE_KEPT. Returns false if a bound is reached or memory runs out. */
bool text_lines_add(struct text_lines *t, struct span line, size_t number);

/* Line |index|, which must exist. Valid until the next line is added. */
static inline struct span text_lines_at(const struct text_lines *t, size_t index)
{
	return span_of(t->bytes.at + t->list[index].at, t->list[index].length);
}

/* Returns |text| without blanks at its ends. */
struct span text_trim(struct span text);
/* Returns whether |text| begins with |word|, regardless of letter case. */
bool text_begins(struct span text, const char *word);
/* Returns whether |text| contains |word|, regardless of letter case. */
bool text_has(struct span text, const char *word);
/* Returns the number of blanks and tabs that |text| begins with. */
size_t text_blanks(struct span text);

#endif
