/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roster: the sessions and stories that the screen shows: one row each, in order of arrival, with its dialogue. Bounded: if there
 * are too many rows, the oldest that have ended are forgotten; the dialogues are bounded in sum (dialogue_store.h).
 */
#ifndef SMTPSCOPE_ROSTER_H
#define SMTPSCOPE_ROSTER_H

#include "dialogue_recorder.h"
#include "dialogue_store.h"
#include "ledger.h"
#include "report.h"
#include "story.h"

enum {
	ROSTER_ROWS_MAX = 50000,
	ROSTER_STORIES_MAX = 1000,
	ROSTER_TEXT_SIZE = 96, /* bytes kept of an address or name */
	ROSTER_LINE_MAX = 800, /* bytes kept of a line of a verdict */
};

/* One session. Texts are bytes from the wire with credentials masked: escape them. */
struct roster_row {
	struct kept_dialogue kept; /* first, so that a pointer to it is one to the row */
	uint64_t number;	   /* of the session */
	uint64_t revision;	   /* changes with every change of the row */
	struct endpoint client, server;
	tstamp start, last;
	bool ended, failed, marked;
	enum session_outcome outcome;
	unsigned code;	   /* of the last refusal, or of the message; 0: none */
	unsigned severity; /* 0: no finding; otherwise 1 + enum severity of the most severe one */
	uint64_t replies, findings;
	uint64_t finding; /* number of the finding that explains the outcome; 0: none */
	uint64_t story;	  /* number of the newest story it is part of; 0: none */
	size_t more_recipients;
	char helo[ROSTER_TEXT_SIZE], name[ROSTER_TEXT_SIZE]; /* |name|: the server's, from its greeting */
	char from[ROSTER_TEXT_SIZE], to[ROSTER_TEXT_SIZE], queue_id[ROSTER_TEXT_SIZE];
	char cause[ROSTER_TEXT_SIZE], id[ROSTER_TEXT_SIZE];
	char *headline, *advice, *side, *unseen; /* owned; NULL: none */
	int64_t spent[LEDGER_PHASES][LEDGER_OWNERS];
};

struct roster_story {
	uint64_t number;
	uint64_t sessions[8]; /* the first of them */
	size_t session_count;
	enum session_outcome outcome;
	char headline[ROSTER_LINE_MAX], advice[ROSTER_LINE_MAX];
};

struct roster {
	struct dialogue_recorder recorder;
	struct dialogue_store store;
	struct buf scratch;
	bool held, show_secrets;  /* as in struct report_config */
	struct roster_row **rows; /* in order of arrival; owned */
	size_t count, capacity;
	struct roster_story *stories; /* the newest ones, in order; owned */
	size_t story_count;
	uint64_t revision;			/* changes with every change of any row */
	uint64_t newest;			/* number of the newest session */
	uint64_t forgotten;			/* rows that were forgotten */
	uint64_t outcomes[SESSION_UNKNOWN + 1]; /* of all ended sessions */
	uint64_t sessions, replies;
	bool memory_short;
	struct account *account; /* of the pipeline, charged with the rows; NULL: none */
	size_t most;		 /* rows: ROSTER_ROWS_MAX, or less if the account is small */
};

/* Returns NULL if memory runs out. */
struct roster *roster_create(bool show_secrets);
void roster_destroy(struct roster *r);
/* Forgets all sessions that have ended, and all stories. */
void roster_clear(struct roster *r);
/* Returns the row of session |number|, or NULL. */
struct roster_row *roster_find(const struct roster *r, uint64_t number);
/* Returns the story |number|, or NULL. */
const struct roster_story *roster_story_find(const struct roster *r, uint64_t number);

/* The format that fills the roster which is |context| of its configuration, and writes nothing. */
extern const struct report_format roster_format;

#endif
