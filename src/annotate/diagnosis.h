/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnosis: what every diag_<name>.c offers, one const struct named diag_<name>. It is shown the events it wants of every session in
 * order and raises findings. The table of them is generated from the words in this folder's meson.build.
 */
#ifndef SMTPSCOPE_DIAGNOSIS_H
#define SMTPSCOPE_DIAGNOSIS_H

#include "history.h"
#include "record.h"
#include "rules.h"
#include "words.h"

enum { EVIDENCE_MAX = 16 };

/* One session under inspection, as a diagnosis sees it. */
struct inspection {
	const struct rules *rules;
	const struct smtp_event *event;
	const struct annotation *annotation; /* of a reply, else NULL */
	const struct history *history;	     /* before this event (a command's own looks count) */
	tstamp now, waiting; /* of |wait|: the capture's clock, and how long a wait has to last; else 0 */
	void *annotate;	     /* whose inspection it is; for inspection_raise */
	void *patient;
};

/* A finding on its way: the cause is looked up in the rules, where severity and words are. */
struct suspicion {
	const char *id, *cause;
	enum certainty certainty;
	uint64_t root;		/* number of the finding it follows from, or 0 */
	struct frame_ref frame; /* where; |frames| need not repeat it */
	struct frame_ref frames[EVIDENCE_MAX];
	size_t frame_count;
	bool crossed;
	bool harmless;		     /* nothing came of it: a remark, whatever the rules say */
	bool at_most_warning;	     /* whatever the rules say: it may pass by itself */
	const char *fix, *reference; /* in place of the rules' words, or NULL */
	const char *more;	     /* a sentence behind the rules' "why", or NULL */
	struct words words;
};

#define DIAGNOSIS_OF(kind) (1u << (kind))

struct diagnosis {
	const char *name;
	size_t state_size; /* bytes of state a session, zeroed at its start */
	unsigned events;   /* which it is shown, as DIAGNOSIS_OF(SMTP_...) | ...; 0: all */
	void (*inspect)(struct inspection *in, void *state);
	/* Time has passed, and the session is open; NULL: nothing is to be said then. The event is a note without a note. */
	void (*wait)(struct inspection *in, void *state);
};

/* An empty suspicion of |in|'s session; words for client, server, phase are filled in. */
void suspicion_init(struct suspicion *s, const struct inspection *in, const char *id, const char *cause);
/* Adds a packet to the evidence; one that has no number is left out. */
void suspicion_evidence(struct suspicion *s, const struct frame_ref *frame);
/* Makes it a finding and hands it on. Returns its number, 0 where the rules do not know its id. */
uint64_t inspection_raise(struct inspection *in, const struct suspicion *s);

/* Ends with a NULL entry. */
extern const struct diagnosis *const diagnoses[];

#endif
