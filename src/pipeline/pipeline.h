/* SPDX-License-Identifier: BSD-2-Clause */
/* pipeline: all stages joined, frames in at one end, a report out at the other. The only place that sees them all. */
#ifndef SMTPSCOPE_PIPELINE_H
#define SMTPSCOPE_PIPELINE_H

#include "criteria.h"
#include "frame.h"
#include "record.h"
#include "report.h"
#include "rules.h"
#include "segment.h"

struct pipeline;

/* Who else wants to see what passes by; either call may be NULL. */
struct pipeline_observer {
	void *context;
	record_sink *record;   /* each record, before it is reported */
	segment_sink *segment; /* each segment, after the records that it led to */
};

struct pipeline_config {
	const uint16_t *ports; /* TCP ports of mail servers; copied */
	size_t port_count;
	bool any_port;
	const struct report_format *format;
	const struct rules *rules;	 /* must outlive the pipeline */
	const struct criteria *criteria; /* which sessions to report; must outlive the pipeline */
	FILE *out;			 /* the caller's */
	struct report_config report;	 /* its |out| is set here */
	tstamp waiting;	     /* ns after which pipeline_flush speaks of sessions that wait; 0: never */
	size_t max_sessions; /* sessions kept at once; 0: as the stream stage has it */
	const struct pipeline_observer *observer; /* must outlive the pipeline; NULL: none */
};

/* Figures so far. */
struct pipeline_counts {
	uint64_t packets, bytes;    /* frames; their length on the wire */
	uint64_t connections, open; /* connections seen; of them, those that are not over */
	uint64_t sessions, replies, evicted;
	uint64_t findings[3]; /* by enum severity */
	uint64_t outcomes[5]; /* messages by enum outcome */
};

/* NULL where memory is short. */
struct pipeline *pipeline_create(const struct pipeline_config *config);
/* Makes ready what is otherwise made when first needed (patterns), before a sandbox forbids it. */
void pipeline_prepare(struct pipeline *p);
/* Is a frame_sink: |pipeline| is a struct pipeline. */
void pipeline_push(void *pipeline, const struct frame *frame);
/*
 * The capture's clock has come to |now| and no frame did: what was waited for too long is given up, idle sessions end. To be
 * called only where no frame taken before |now| can still come.
 */
void pipeline_flush(struct pipeline *p, tstamp now);
/* Ends the session used least recently, because memory is short. False where there is none. */
bool pipeline_evict(struct pipeline *p, tstamp now);
/* The kernel is known to have dropped |count| packets in all until |now|. */
void pipeline_dropped(struct pipeline *p, uint64_t count, tstamp now);
void pipeline_count(const struct pipeline *p, struct pipeline_counts *counts);
/* Tells of something wrong with the input, one line; it goes into the summary. The text is copied. */
void pipeline_error(struct pipeline *p, const char *text);
/* The input has ended: all sessions end, the summary is written. */
void pipeline_finish(struct pipeline *p);
/* Findings of the sessions that were reported and have ended, by enum severity. */
void pipeline_findings(const struct pipeline *p, uint64_t findings[static 3]);
/* Texts given to pipeline_error, and those the stages found; NULL past the last. */
const char *pipeline_error_text(const struct pipeline *p, size_t index);
void pipeline_destroy(struct pipeline *p);

#endif
