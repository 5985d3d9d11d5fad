/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference_page: text for people, broken at blanks to 80 columns. Texts are NUL-terminated, paragraphs are parted by LF; what a
 * terminal would take for a command becomes visible (escape.h).
 */
#ifndef SMTPSCOPE_REFERENCE_PAGE_H
#define SMTPSCOPE_REFERENCE_PAGE_H

#include <stdio.h>

enum { PAGE_COLUMNS = 80, PAGE_LABEL = 12, PAGE_GAP = 4 };

/* |text|, every line moved in by |indent| columns. A blank line stands between paragraphs. */
void page_text(FILE *out, unsigned indent, const char *text);
/* The same, each line on its own and no blank lines between. */
void page_lines(FILE *out, unsigned indent, const char *text);
/* |label| and, beside it, |text|; nothing where |text| is NULL or empty. */
void page_field(FILE *out, const char *label, const char *text);
/* |text| with a line of |rule| below it. */
void page_heading(FILE *out, const char *text, char rule);
/* |text| on one line between quotes, cut where it is long. */
void page_quoted(FILE *out, const char *text);
/* Two texts in two columns. */
void page_columns(FILE *out, const char *left, const char *right);

#endif
