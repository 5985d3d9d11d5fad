/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker: an analysis of some of the connections, and the threads that make the calls of the batches of all workers. If the crew is alone
 * (crew_state.h), the reader makes the calls instead, with the functions below. Private to the crew.
 */
#ifndef SMTPSCOPE_WORKER_H
#define SMTPSCOPE_WORKER_H

#include "crew_state.h"

/* Creates the analysis of |w|, whose crew is set. Returns false if memory runs out. */
bool worker_equip(struct worker *w, const struct pipeline_config *config);
/* Starts one more thread, which goes on until the crew has ended. Returns false if it cannot be created. */
bool worker_start_thread(struct crew *c);

/*
 * Returns the worker that |player| (crew_state.h) should work for next, of those that have a batch and that nobody works for: the one that is
 * furthest behind of its own, or else of all; NULL: none. Called under the lock.
 */
struct worker *worker_waiting(const struct crew *c, const pthread_t *player);
/*
 * Makes the calls of the oldest batch of |w|, which worker_waiting has returned, as |player|. Called under the lock, which it gives up
 * meanwhile.
 */
void worker_work(struct worker *w, const pthread_t *player);

/* From now on, what |w| makes goes into |draft|. */
void worker_begin(struct worker *w, struct draft *draft);
/* The draft is complete: notes the counts and the memory in it. */
void worker_end(struct worker *w);
/* A call to w->sink or to the analysis is over; w->ordinal is its ordinal. */
void worker_end_call(struct worker *w);

/* Brings the common book of servers to the end of the first |rounds| rounds, which all workers have finished. Called under the lock. */
void worker_note_rounds(struct crew *c, uint64_t rounds);

#endif
