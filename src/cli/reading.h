/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reading: the passes of `read` over its inputs: one that analyzes the packets, and a second one, over the same
 * packets, that writes those of the selected sessions.
 */
#ifndef SMTPSCOPE_READING_H
#define SMTPSCOPE_READING_H

#include "cut.h"
#include "input_watch.h"
#include "packet_filter.h"
#include "pipeline.h"
#include "spool.h"
#include "timeline.h"

struct reading {
	struct timeline_options files;
	struct pipeline *pipeline;
	struct packet_filter *filter; /* NULL: all packets match */
	struct cut *cut;	      /* NULL: nothing is written */
	struct input_watch *watch;    /* of the first pass; NULL: none */
	struct spool *spool; /* keeps the packets for the second pass; NULL: the inputs can be read again */
};

/* Returns whether all inputs are files that can be read twice. */
bool reading_is_repeatable(const struct timeline_options *files);
/* Analyzes the packets and ends the pipeline. */
void reading_analyze(struct reading *r);
/* Writes the packets of the selected sessions; |path| is for messages, on standard error. False if that failed. */
bool reading_cut(struct reading *r, const char *path);

#endif
