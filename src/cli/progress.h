/* SPDX-License-Identifier: BSD-2-Clause */
/* progress: one line on a terminal about an input that takes longer than a second. */
#ifndef SMTPSCOPE_PROGRESS_H
#define SMTPSCOPE_PROGRESS_H

#include "buf.h"
#include "pipeline.h"

struct progress {
	bool wanted;	       /* standard error is a terminal */
	bool shown;	       /* the line is on the screen */
	uint64_t total;	       /* bytes of all inputs; 0: not known */
	uint64_t done;	       /* bytes read so far */
	tstamp started, drawn; /* CLOCK_MONOTONIC */
};

/* |paths|: the |count| inputs. */
void progress_init(struct progress *p, char *const *paths, size_t count);
/* |bytes| more were read. */
void progress_add(struct progress *p, size_t bytes);
/* Is it time to show the line, or to renew it? */
bool progress_due(const struct progress *p);
void progress_show(struct progress *p, const struct pipeline_counts *counts);
/* Takes the line from the screen, if it is there. */
void progress_clear(struct progress *p);
/* "340 of 1,200 MB (28%), 2,100,000 packets, 18,000 sessions, 40 s left", after |elapsed| ns. */
void progress_text(struct buf *text, const struct progress *p, const struct pipeline_counts *counts,
		   tstamp elapsed);

#endif
