/* SPDX-License-Identifier: BSD-2-Clause */
/* figures: numbers, times and addresses for people. */
#ifndef SMTPSCOPE_FIGURES_H
#define SMTPSCOPE_FIGURES_H

#include "addr.h"
#include "tstamp.h"
#include <stdbool.h>
#include <stddef.h>

#define FIGURE_SIZE 64

/* 1,234,567 */
void figure_count(char text[static FIGURE_SIZE], uint64_t count);
/* "1 message", "1,234 messages". |plural| NULL: append "s" to |singular|. */
void figure_many(char text[static FIGURE_SIZE], uint64_t count, const char *singular, const char *plural);
/*
 * A duration in nanoseconds with a suitable unit: 400 µs, 1.5 ms, 20 ms, 2.31 s, 5 min 3 s, 2 h 10 min, 3 d 4
 * h.
 */
void figure_duration(char text[static FIGURE_SIZE], int64_t ns);
/* Seconds with three decimals, truncated, with a sign if negative: 12.034 */
void figure_seconds(char text[static FIGURE_SIZE], int64_t ns);
/* 2026-11-21 10:00:00.123 UTC */
void figure_moment(char text[static FIGURE_SIZE], tstamp t);
/* 192.0.2.1:25, [2001:db8::1]:25 */
void figure_endpoint(char text[static FIGURE_SIZE], const struct endpoint *e);

#endif
