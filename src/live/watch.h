/* SPDX-License-Identifier: BSD-2-Clause */
/* watch: the loop of smtpscope watch: packets in, and what has to be done every tenth of a second beside them. */
#ifndef SMTPSCOPE_WATCH_H
#define SMTPSCOPE_WATCH_H

#include "frame_queue.h"
#include "keep.h"
#include "live.h"
#include "metrics_server.h"
#include "outlet.h"
#include "pipeline.h"

struct watch {
	bool replay;	     /* packets come from a file, whose clock is the capture's */
	uint64_t max_memory; /* bytes that the analysis may hold */
	struct live *live;   /* the caller's, as all that follows */
	struct pipeline *pipeline;
	struct outlet *output;
	struct keep *keep;		/* NULL: packets are not kept */
	struct metrics_server *metrics; /* NULL: nobody asks for figures */
	int signals;			/* signalfd of watch_block_signals */
	tstamp packet_time;		/* of the latest packet; TSTAMP_NONE: none yet */
	tstamp started;
	tstamp passed;		  /* what the pipeline was told last of the clock */
	tstamp complained;	  /* when a failing output was last spoken of */
	struct frame_queue queue; /* packets that wait because the analysis is behind */
	bool rapid;		  /* packets come in quick succession */
	tstamp ended;		  /* when the end was asked for; later packets are not part of the watch */
	uint64_t unread;	  /* packets that were left at the end */
	/* When to look at memory again: not before that time, nor before so much was analyzed (see look_at_memory). */
	tstamp memory_due;
	uint64_t memory_analyzed;
	bool stop, failed;
};

/* SIGINT, SIGTERM, SIGHUP and SIGUSR1 become readable instead of interrupting. Returns the descriptor, -1 where that fails. */
int watch_block_signals(void);
/* Runs until a signal, the end of all interfaces, or a reader that has gone away. All sessions have ended then. */
void watch_run(struct watch *w);

#endif
