/* SPDX-License-Identifier: BSD-2-Clause */
/* line_pattern: a regular expression (PCRE2) given by the user, searched for in lines from the wire. */
#ifndef SMTPSCOPE_LINE_PATTERN_H
#define SMTPSCOPE_LINE_PATTERN_H

#include "buf.h"

struct line_pattern;

/*
 * Compiles |text|. Returns NULL, and the reason in |error|, if it is not a valid regular expression or memory
 * runs out.
 */
struct line_pattern *line_pattern_create(const char *text, struct buf *error);
/*
 * Returns whether |line| matches. Also returns false if the search takes more than LINE_PATTERN_STEPS steps.
 */
bool line_pattern_found(struct line_pattern *p, struct span line);
/* Accepts NULL. */
void line_pattern_destroy(struct line_pattern *p);

enum { LINE_PATTERN_STEPS = 100000 };

#endif
