/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reference_page: text for people, wrapped to 80 columns. Strings are NUL-terminated, paragraphs are
 * separated by LF; terminal escapes become visible (escape.h).
 */
#ifndef SMTPSCOPE_REFERENCE_PAGE_H
#define SMTPSCOPE_REFERENCE_PAGE_H

#include <stdio.h>

enum { PAGE_COLUMNS = 80, PAGE_LABEL = 12, PAGE_GAP = 4 };

/* Writes |text| indented by |indent| columns, with a blank line between paragraphs. */
void page_text(FILE *out, unsigned indent, const char *text);
/* The same, with each paragraph on its own line and no blank lines between them. */
void page_lines(FILE *out, unsigned indent, const char *text);
/* Writes |label| and, next to it, |text|; nothing if |text| is NULL or empty. */
void page_field(FILE *out, const char *label, const char *text);
/* Writes |text|, underlined with |rule|. */
void page_heading(FILE *out, const char *text, char rule);
/* Writes |text| in quotes on one line, cut if it is long. */
void page_quoted(FILE *out, const char *text);
/* Writes two texts in two columns. */
void page_columns(FILE *out, const char *left, const char *right);

#endif
