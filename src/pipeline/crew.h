/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crew: threads that analyze connections beside the thread that reads the packets. The reader keeps the packet and stream stages, so all
 * that depends on the order of packets of different connections happens there: which connection a packet belongs to, its number, when it is
 * over. The calls of the stream stage go to the workers in batches, each connection to one of them, and the reader writes their
 * drafts in the order of the calls. So the output is that of one thread, byte for byte, unless memory runs out.
 *
 * Workers are analyses, not threads: each batch is played by the first thread that has time for it, one at a time for each worker. The reader
 * does so, too, when the others cannot keep up.
 *
 * Time is divided into rounds: one batch to each worker, of which some may be empty. At most ROUNDS of them are under way.
 *
 * All functions are called by the reader.
 */
#ifndef SMTPSCOPE_CREW_H
#define SMTPSCOPE_CREW_H

#include "analysis.h"
#include "joiner.h"

struct crew;

/*
 * Creates a crew of |workers| workers, 1 to WORKERS_MAX. The reader is the thread of one of them, so there is one thread fewer, but at least one.
 * They start when there is enough to share (sharing.h). |main| is the analysis of the whole: with one worker, that one feeds it, and nobody
 * else may use it until crew_stop; with several, each has its own and |main| tells the stories. All arguments must outlive the crew; |output| is
 * the output of |main|, and |main_account| its account. |account| is the reader's and is charged. Returns NULL if memory runs out.
 */
struct crew *crew_create(const struct pipeline_config *config, size_t workers, struct analysis *main,
			 const struct account *main_account, struct output *output, struct account *account);
/* Tells whether several workers can share the work of |config|: JSON of all sessions can be joined. Other reports need one for all. */
bool crew_can_share(const struct pipeline_config *config);
/* All connections must have been closed. Accepts NULL. */
void crew_destroy(struct crew *c);
/* The calls that the stream stage makes. Valid as long as |c|. */
struct stream_sink crew_sink(struct crew *c);
/* Packet time has advanced to |now| without a packet. Waits until everything up to now is written. */
void crew_flush(struct crew *c, tstamp now);
/* Waits until everything up to now is analyzed and written. Until the next call of the sink, no worker works. */
void crew_drain(struct crew *c);
/* Drains and ends the threads. |main| can be used again, and gets what is left for it. No call of the sink may follow. */
void crew_stop(struct crew *c);
/* Tells all workers whether TLS secrets may be added after packets that they belong to. Call it before the first call of the sink. */
void crew_expect_keys(struct crew *c, bool expected);
/* Adds the secrets of |lines|, lines of a key log, to those of all workers. */
void crew_add_secrets(struct crew *c, struct span lines);
/* What the workers had counted when their work was last written; without |main|, except with one worker. */
struct analysis_counts crew_count(const struct crew *c);
/* Bytes charged to the workers' accounts, likewise. */
size_t crew_memory(const struct crew *c);
/* After crew_stop: what analysis_late_secrets, analysis_lacks_openssl and analysis_losses tell of all workers but |main|. */
uint64_t crew_late_secrets(const struct crew *c);
bool crew_lacks_openssl(const struct crew *c);
void crew_losses(const struct crew *c, void (*tell)(void *context, const char *text), void *context);

#endif
