/* SPDX-License-Identifier: BSD-2-Clause */
/* line_pattern: a regular expression (PCRE2) that a user gave, searched for in lines from the wire. */
#ifndef SMTPSCOPE_LINE_PATTERN_H
#define SMTPSCOPE_LINE_PATTERN_H

#include "buf.h"

struct line_pattern;

/* Compiles |text|. NULL, and what is wrong in |error|, if it is not a regular expression or memory is short. */
struct line_pattern *line_pattern_create(const char *text, struct buf *error);
/* Is it in |line|? False also if the search takes more than LINE_PATTERN_STEPS steps. */
bool line_pattern_found(struct line_pattern *p, struct span line);
/* Accepts NULL. */
void line_pattern_destroy(struct line_pattern *p);

enum { LINE_PATTERN_STEPS = 100000 };

#endif
