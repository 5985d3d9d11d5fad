/* SPDX-License-Identifier: BSD-2-Clause */
/* watch: the main loop of smtpscope watch: packets, and periodic work every tenth of a second. */
#ifndef SMTPSCOPE_WATCH_H
#define SMTPSCOPE_WATCH_H

#include "frame_queue.h"
#include "host_keys.h"
#include "keep.h"
#include "key_log_file.h"
#include "live.h"
#include "metrics_server.h"
#include "outlet.h"
#include "pipeline.h"

/* Takes part in the loop of a watch, such as a screen. */
struct watch_guest {
	void *context;
	int descriptor;						 /* to poll for input */
	void (*frame)(void *context, const struct frame *frame); /* each packet, before it is analyzed */
	/* Input is waiting, or a tenth of a second has passed. Returns false to end the watch. */
	bool (*run)(void *context);
};

struct watch {
	bool replay;	   /* packets come from a file, whose clock is used */
	struct live *live; /* owned by the caller, like everything below */
	struct pipeline *pipeline;
	struct outlet *output;
	struct keep *keep;		 /* NULL: packets are not written */
	struct key_log_file *keylog;	 /* NULL: there is none */
	struct metrics_server *metrics;	 /* NULL: no metrics are served */
	struct host_keys *host_keys;	 /* NULL: no keys are read from this host's processes */
	const struct watch_guest *guest; /* NULL: none */
	int signals;			 /* from watch_block_signals */
	tstamp packet_time;		 /* of the latest packet; TSTAMP_NONE: none yet */
	tstamp started;
	tstamp passed;		  /* the last time passed to the pipeline */
	tstamp complained;	  /* when a failing output was last reported */
	struct frame_queue queue; /* packets waiting because the analysis is behind */
	bool rapid;		  /* packets arrive in quick succession */
	tstamp ended;		  /* when the end was requested; later packets are not part of the watch */
	uint64_t unread;	  /* packets left at the end */
	bool stop, failed;
	bool unread_output; /* nobody reads the output any longer */
};

/*
 * Makes SIGINT, SIGTERM, SIGHUP and SIGUSR1 readable instead of interrupting. Returns the descriptor, or -1
 * on failure.
 */
int watch_block_signals(void);
/* Runs until a signal arrives, all interfaces end, or the reader of the output is gone. Ends all sessions. */
void watch_run(struct watch *w);

#endif
