/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crew_state: what the thread that reads and the workers share. Private to crew.c, which is the reader's side, and worker.c.
 */
#ifndef SMTPSCOPE_CREW_STATE_H
#define SMTPSCOPE_CREW_STATE_H

#include "batch.h"
#include "joiner.h"
#include "sharing.h"

#include <pthread.h>

enum { ROUNDS = 6 };

/* An analysis of some of the connections. Any thread may make the calls of its next batch, but only one at a time. */
struct worker {
	struct crew *crew;
	struct account account; /* of an analysis of its own */
	struct output output;	/* likewise */
	struct analysis *analysis;
	const struct account *charged; /* by |analysis| */
	struct analysis_ties ties;
	struct server_book_access servers;
	struct stream_sink sink; /* of |analysis| */
	struct draft *draft;	 /* of the round that it works on */
	uint64_t ordinal;	 /* of the call that it handles */
	uint64_t raised;	 /* findings that its analysis had raised before */
	/* under |lock|: */
	bool taken;		 /* a thread makes its calls */
	const pthread_t *player; /* the thread that did so last, whose cache has the sessions; NULL: the reader, or none */
	uint64_t done;	 /* rounds */
	uint64_t asking; /* the ordinal for which it asks for the book of servers, or 0 */
	/* the worker's or the reader's again: */
	struct server_book answer;     /* to its last question */
	struct analysis_counts counts; /* at the end of the newest round that was joined, */
	size_t memory;		       /* likewise; both are the reader's */
	/* the reader's: */
	uint64_t ended_bytes; /* payload of the sessions that end in the round that is recorded: what is written of them grows with it */
};

/* A connection, as the reader sees it. */
struct line {
	struct replica replica; /* the worker's; first, because the worker frees both */
	struct crew *crew;
	const struct flow *flow; /* the stream's */
	struct worker *worker;
};

/* One batch to each worker, and what it has made of it. */
struct round {
	struct buf batch[WORKERS_MAX];
	struct draft draft[WORKERS_MAX];
};

struct crew {
	size_t count;
	struct worker *workers;
	pthread_t threads[WORKERS_MAX];
	size_t thread_count, started; /* threads beside the reader: wanted, and running */
	struct analysis *main;
	const struct account *main_account;
	struct output *output; /* of |main| */
	struct account *account;
	struct joiner joiner;
	uint64_t ordinal; /* of the newest call */
	bool lost;	  /* a call did not fit */
	struct sharing sharing;
	bool has_secrets; /* TLS can be opened: its bodies are work, too */
	/*
	 * The reader makes the calls itself, at once, in the place of the workers, which wait. Changes only while they have nothing to do.
	 */
	bool alone;
	size_t memory; /* bytes charged to the accounts of the analyses when a round was last joined */
	pthread_mutex_t lock;
	pthread_cond_t given; /* there is a batch that nobody works on, or there will be no more */
	pthread_cond_t made;  /* a worker has finished a batch, or asks */
	/* under |lock|: */
	uint64_t published, joined; /* rounds; those in between are under way */
	bool ended;
	size_t running;		    /* threads that have begun */
	struct server_book servers; /* with the facts of the first |noted| rounds */
	uint64_t noted;
	struct round rounds[ROUNDS];
};

#endif
