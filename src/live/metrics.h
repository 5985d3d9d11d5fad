/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics: metrics for Prometheus, counted from records, and their text (exposition format 0.0.4). */
#ifndef SMTPSCOPE_METRICS_H
#define SMTPSCOPE_METRICS_H

#include "buf.h"
#include "record.h"
#include "rules.h"
#include "statistics.h"

enum { METRICS_TEXT_LIMIT = 4 * 1024 * 1024 };

struct metrics;

/* Findings that |rules| know are counted from 0. Both arguments must outlive the metrics. Returns NULL if memory runs out. */
struct metrics *metrics_create(const struct rules *rules, const char *version);
/* Accepts NULL. */
void metrics_destroy(struct metrics *m);
/* Counts a record; |metrics| is a struct metrics. */
void metrics_record(void *metrics, const struct record *record);
/* Writes all metrics to |out|, which should hold METRICS_TEXT_LIMIT bytes. */
void metrics_text(const struct metrics *m, const struct statistics *statistics, struct buf *out);

#endif
