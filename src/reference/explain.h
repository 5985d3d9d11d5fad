/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain: prints the meaning of reply codes, enhanced codes, complete replies and texts that hold replies (bounces, logs, transcripts)
 * to standard output, as text or as JSON Lines.
 */
#ifndef SMTPSCOPE_EXPLAIN_H
#define SMTPSCOPE_EXPLAIN_H

#include "record.h"
#include "rules.h"
#include "transcript.h"

#include <stdio.h>

struct explain;

struct explain_config {
	const struct rules *rules; /* must outlive the explain */
	bool as_json;
	/* what the replies answer, as in meaning.h; NULL: not given. Must outlive the explain. */
	const char *question;
	/*
	 * Analyzes a dialogue as a session: passes its records to |record| and, if |out| is not NULL, reports it there. NULL: dialogues are
	 * not analyzed.
	 */
	void (*analyze)(void *analyzer, const struct transcript *dialogue, FILE *out, record_sink *record,
			void *context);
	void *analyzer;
};

/* The last error; each was printed to standard error. */
enum explain_result {
	EXPLAIN_OK,
	EXPLAIN_UNKNOWN /* a code is not in the rules */,
	EXPLAIN_FAILED /* input unreadable, no memory */
};

/* Returns NULL if memory runs out. */
struct explain *explain_create(const struct explain_config *config);
/* Explains a code ("221", "5.7.26"), the name of a code, or a text that is or contains a reply. */
void explain_argument(struct explain *e, const char *text);
/* Explains all that the text read from |in| reports. |name| is for messages: "standard input". */
void explain_input(struct explain *e, FILE *in, const char *name);
enum explain_result explain_result(const struct explain *e);
/* Accepts NULL. */
void explain_destroy(struct explain *e);

#endif
