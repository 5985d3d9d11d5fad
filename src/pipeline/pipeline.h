/* SPDX-License-Identifier: BSD-2-Clause */
/* pipeline: connects all stages: frames in, a report out. */
#ifndef SMTPSCOPE_PIPELINE_H
#define SMTPSCOPE_PIPELINE_H

#include "account.h"
#include "frame.h"
#include "pipeline_config.h"
#include "proxy.h"
#include "tls_keys.h"

struct pipeline;

/* Counters so far. */
struct pipeline_counts {
	uint64_t packets, bytes;    /* frames; their length on the wire */
	uint64_t connections, open; /* connections seen; those of them that are not over */
	uint64_t sessions, replies, evicted;
	uint64_t memory;      /* bytes charged to the account */
	uint64_t findings[3]; /* by enum severity */
	uint64_t outcomes[5]; /* messages by enum outcome */
};

/* Returns NULL if memory runs out. */
struct pipeline *pipeline_create(const struct pipeline_config *config);
/*
 * Loads and creates what is otherwise loaded or created on first use (libcrypto, the ciphers of TLS, patterns), before a sandbox forbids it. Returns
 * false if libcrypto is not installed: facts of TLS stay unknown.
 */
bool pipeline_prepare(struct pipeline *p);
/* A frame_sink; |pipeline| is a struct pipeline. */
void pipeline_push(void *pipeline, const struct frame *frame);
/*
 * Advances packet time to |now| without a frame: gives up what was waited for too long, and ends idle
 * sessions. Call it only if no earlier frame can still arrive.
 */
void pipeline_flush(struct pipeline *p, tstamp now);
/* No input comes for now: the report writes what it has held back for the sake of order. */
void pipeline_idle(struct pipeline *p);
/* The account of everything that grows with the input. Callers that keep packets or records themselves charge them to it. */
struct account *pipeline_account(struct pipeline *p);
/* Returns the limit that was given, in bytes; SIZE_MAX: none. That of the account is lower. */
size_t pipeline_memory_limit(const struct pipeline *p);
/* Tells whether TLS secrets may be added after packets that they belong to. Call it before the first frame. */
void pipeline_expect_keys(struct pipeline *p, bool expected);
/* The store of TLS secrets: what is added to it (tls_keys_add, tls_key_log_push) opens the sessions that it belongs to. */
struct tls_keys *pipeline_keys(const struct pipeline *p);
/* Adds the secrets of |lines|, lines of a key log that came with the packets. */
void pipeline_add_secrets(struct pipeline *p, struct span lines);
/* Records that the kernel has dropped |count| packets in total until |now|. */
void pipeline_dropped(struct pipeline *p, uint64_t count, tstamp now);
/* The calls that take dialogues which are not packets (transcript_feed.h). Valid as long as the pipeline. */
struct proxy_sink pipeline_dialogues(struct pipeline *p);
void pipeline_count(const struct pipeline *p, struct pipeline_counts *counts);
/* Adds a problem with the input, one line, to the summary. Copies the text. */
void pipeline_error(struct pipeline *p, const char *text);
/* Ends the input: ends all sessions and writes the summary. */
void pipeline_finish(struct pipeline *p);
/* Findings of the reported sessions that have ended, by enum severity. */
void pipeline_findings(const struct pipeline *p, uint64_t findings[static 3]);
/* Texts passed to pipeline_error, and those of the stages; NULL past the last. */
const char *pipeline_error_text(const struct pipeline *p, size_t index);
void pipeline_destroy(struct pipeline *p);

#endif
