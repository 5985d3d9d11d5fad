/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * analysis: the stages behind the streams, connected: proxy, TLS, SMTP, meaning, verdict and report. A pipeline has one for all connections,
 * or several, each for some of the connections and each used by one thread at a time.
 */
#ifndef SMTPSCOPE_ANALYSIS_H
#define SMTPSCOPE_ANALYSIS_H

#include "account.h"
#include "annotate.h"
#include "chunk.h"
#include "pipeline_config.h"
#include "proxy.h"
#include "selection.h"
#include "verdict_stage.h"

struct analysis;

/* Of one of several: what all of them must share or put in order. */
struct analysis_ties {
	past_sink *past; /* receives the ended sessions; stories are told elsewhere */
	void *past_context;
	const struct server_book_access *servers;
};

struct analysis_counts {
	struct annotate_counters annotated;
	struct verdict_counters judged;
	struct selection_counts selected;
};

void analysis_counts_add(struct analysis_counts *sum, const struct analysis_counts *more);

/*
 * |config| and |account|, which is charged, must outlive the analysis; the report goes to |output|, which is the caller's. |ties|, which must
 * outlive it, too: it is one of several; NULL: it is the only one. Returns NULL if memory runs out.
 */
struct analysis *analysis_create(const struct pipeline_config *config, struct account *account,
				 struct output *output, const struct analysis_ties *ties);
/* No flow may be open. Accepts NULL. */
void analysis_destroy(struct analysis *a);
/* The calls that the stream stage makes. Valid as long as |a|. */
struct stream_sink analysis_sink(struct analysis *a);
/* The calls that take dialogues which are not packets (transcript_feed.h). Valid as long as |a|. */
struct proxy_sink analysis_dialogues(struct analysis *a);
/*
 * Loads and creates what is otherwise loaded or created on first use (libcrypto, the ciphers of TLS, patterns), before a sandbox forbids it. Returns
 * false if libcrypto is not installed: facts of TLS stay unknown.
 */
bool analysis_prepare(struct analysis *a);
/* Packet time has advanced to |now| without a packet. */
void analysis_flush(struct analysis *a, tstamp now);
/* No input comes for now: the report writes what it has held back for the sake of order. */
void analysis_idle(struct analysis *a);
/* The store of TLS secrets, and whether some may be added after packets that they belong to. */
struct tls_keys *analysis_keys(const struct analysis *a);
void analysis_expect_keys(struct analysis *a, bool expected);
/* Adds the secrets of |lines|, lines of a key log. */
void analysis_add_secrets(struct analysis *a, struct span lines);
/* The capture lost packets between |from| and |to|. */
void analysis_lost(struct analysis *a, tstamp from, tstamp to);
/* Takes what another analysis handed to its past_sink, in the order of the ends, and the newest time that its sessions have come to. */
void analysis_remember(struct analysis *a, struct past *p);
void analysis_advance(struct analysis *a, tstamp now);
tstamp analysis_now(const struct analysis *a);
/* All flows have been closed: tells the stories that are left. */
void analysis_finish(struct analysis *a);
/* Returns how many sessions have TLS secrets that came too late. Slow. */
uint64_t analysis_late_secrets(const struct analysis *a);
/* Was libcrypto needed, and is not installed? */
bool analysis_lacks_openssl(const struct analysis *a);
/* Passes each loss of records, one line, to |tell|. */
void analysis_losses(const struct analysis *a, void (*tell)(void *context, const char *text), void *context);
/* Returns how many findings have been numbered so far. */
uint64_t analysis_raised(const struct analysis *a);
struct analysis_counts analysis_count(const struct analysis *a);
void analysis_summary(struct analysis *a, const struct report_summary *summary);

#endif
