/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input_watch: what happens while the input of `read` is waited for: the report shows what it has, the progress is shown, and an
 * interrupt ends the input.
 */
#ifndef SMTPSCOPE_INPUT_WATCH_H
#define SMTPSCOPE_INPUT_WATCH_H

#include "compressed.h"
#include "screen.h"

struct input_watch {
	struct read_watch reads; /* to be given to the timeline; refers to this */
	struct pipeline *pipeline;
	FILE *out; /* the report */
	struct progress *progress;
	const struct screen *screen; /* NULL: the report goes to a file */
	int signals;		     /* signalfd; -1: signals end the program */
	bool stopped;		     /* by a signal, or since nobody reads the report */
	bool interrupted;	     /* by a signal */
	tstamp newest;		     /* time of the newest packet; TSTAMP_NONE: none */
	tstamp lag; /* how far packets were behind the clock when they arrived, if they are live; otherwise TSTAMP_NONE */
	tstamp arrived; /* CLOCK_REALTIME when the last bytes arrived */
	bool idle;	/* what was there was written since */
};

/* Blocks SIGINT and SIGTERM, and watches for them. */
void input_watch_init(struct input_watch *w, struct pipeline *pipeline, FILE *out, struct progress *progress,
		      const struct screen *screen);
/* The input has ended: signals end the program again, unless a pager runs, which deals with them. */
void input_watch_end(struct input_watch *w);
void input_watch_finish(struct input_watch *w);

#endif
