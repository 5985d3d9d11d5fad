/* SPDX-License-Identifier: BSD-2-Clause */
/* pipeline: all stages joined, frames in at one end, a report out at the other. The only place that sees them all. */
#ifndef SMTPSCOPE_PIPELINE_H
#define SMTPSCOPE_PIPELINE_H

#include "frame.h"
#include "options.h"
#include "rules.h"

struct pipeline;

struct pipeline_config {
	const struct options *options;
	const struct rules *rules;   /* must outlive the pipeline */
	struct report_config report;
};

/* NULL where memory is short. */
struct pipeline *pipeline_create(const struct pipeline_config *config);
/* Is a frame_sink: |pipeline| is a struct pipeline. */
void pipeline_push(void *pipeline, const struct frame *frame);
/* Tells of something wrong with the input, one line; it goes into the summary. The text is copied. */
void pipeline_error(struct pipeline *p, const char *text);
/* The input has ended: all sessions end, the summary is written. */
void pipeline_finish(struct pipeline *p);
/* Findings so far, by enum severity. */
void pipeline_findings(const struct pipeline *p, uint64_t findings[static 3]);
/* Texts given to pipeline_error, and those the stages found; NULL past the last. */
const char *pipeline_error_text(const struct pipeline *p, size_t index);
void pipeline_destroy(struct pipeline *p);

#endif
