/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paragraph: joins the lines of prose and logs that were wrapped: one entry of a log, one sentence of a bounce. A line continues the one
 * before where that is incomplete (it ends with a colon, a reply code, an open parenthesis), where it is indented more, or where its
 * first word no longer fitted into the width of the paragraph. Log lines and reply lines never continue another.
 */
#ifndef SMTPSCOPE_PARAGRAPH_H
#define SMTPSCOPE_PARAGRAPH_H

#include "text_lines.h"

enum { PARAGRAPH_KEPT = 64 * 1024 };

/* A joined line; |raw| is its first line as it stood in the text, |number| that of its last. Valid during the call only. */
typedef void paragraph_sink(void *context, struct span line, struct span raw, size_t number);

/* Passes the joined lines of |lines| to |sink|; those that |taken| is set for separate paragraphs and are left out. */
void paragraphs_join(const struct text_lines *lines, const bool *taken, paragraph_sink *sink, void *context);

#endif
