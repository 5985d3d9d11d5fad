/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnosis: what every diag_<name>.c offers, one const struct named diag_<name>. It is shown the events it wants of every session in
 * order and raises findings. The table of them is generated from the words in this folder's meson.build.
 */
#ifndef SMTPSCOPE_DIAGNOSIS_H
#define SMTPSCOPE_DIAGNOSIS_H

#include "finding_causes.h"
#include "history.h"
#include "ledger.h"
#include "record.h"
#include "rules.h"
#include "words.h"

enum { EVIDENCE_MAX = 16 };

/* One session under inspection, as a diagnosis sees it. */
struct inspection {
	const struct rules *rules;
	const struct smtp_event *event;
	const struct session_facts *session; /* the event's */
	const struct annotation *annotation; /* of a reply, else NULL */
	const struct ledger *ledger;	     /* with this event accounted for */
	const struct history *history;	     /* before this event (a command's own looks count) */
	tstamp now, waiting; /* of |wait|: the capture's clock, and how long a wait has to last; else 0 */
	void *annotate;	     /* whose inspection it is; for inspection_raise */
	void *patient;
};

/* A finding to be raised. Severity and words come from the entry of the rules for |cause|. */
struct suspicion {
	enum finding_cause cause;
	const char *cause_name; /* a cause that only the rules in use name, for the same id as |cause|; or NULL */
	enum certainty certainty;
	uint64_t root;		/* number of the finding it follows from, or 0 */
	struct frame_ref frame; /* where; |frames| need not repeat it */
	struct frame_ref frames[EVIDENCE_MAX];
	size_t frame_count;
	bool crossed;
	bool harmless;		      /* nothing came of it: a remark, whatever the rules say */
	bool at_most_warning;	      /* whatever the rules say: it may pass by itself */
	size_t message;		      /* as in struct finding; the message under way at first */
	unsigned code;		      /* as in struct finding, */
	char enhanced[ENHANCED_SIZE]; /* likewise, */
	const char *recipient;	      /* likewise */
	enum responsible responsible; /* in place of what the rules say; UNKNOWN: as they say */
	enum retry retry;
	const char *fix, *reference; /* in place of the rules' words, or NULL */
	const char *more;	     /* a template to add to the rules' "why", or NULL */
	struct words words;
};

/*
 * One handler for each kind of event (enum smtp_event_kind); a diagnosis sees the events for which it has a handler, the others are
 * NULL. Each gets the diagnosis's own state of the session and what the event is about, which lives for the time of the call.
 */
struct diagnosis {
	const char *name;
	size_t state_size; /* bytes of state for each session, zeroed when it opens */
	void (*opened)(struct inspection *in, void *state);
	void (*command)(struct inspection *in, void *state, const struct command *command);
	void (*reply)(struct inspection *in, void *state, const struct exchange *x);
	void (*not_reply)(struct inspection *in, void *state, struct span line);
	void (*unanswered)(struct inspection *in, void *state, const struct command *command);
	void (*message)(struct inspection *in, void *state, const struct message *message);
	void (*flow)(struct inspection *in, void *state, const struct flow_event *event);
	void (*gap)(struct inspection *in, void *state, enum direction direction, uint64_t length);
	void (*tls)(struct inspection *in, void *state);
	void (*note)(struct inspection *in, void *state, enum smtp_note note);
	void (*ended)(struct inspection *in, void *state);
	/* Time has passed and the session is still open. |in->event| is then an SMTP_NOTE without a note. */
	void (*wait)(struct inspection *in, void *state);
};

/* Makes |s| an empty suspicion about the session of |in|, with the words for client, server and phase filled in. */
void suspicion_init(struct suspicion *s, const struct inspection *in, enum finding_cause cause);
/* The finding is about |reply|: its codes, and the words for them. */
void suspicion_reply(struct suspicion *s, const struct reply *reply);
/* Adds a packet to the evidence; one that has no number is left out. */
void suspicion_evidence(struct suspicion *s, const struct frame_ref *frame);
/* Makes it a finding and hands it on. Returns the number of the finding, never 0. */
uint64_t inspection_raise(struct inspection *in, const struct suspicion *s);

/* Ends with a NULL entry. */
extern const struct diagnosis *const diagnoses[];

#endif
