/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnosis: the interface of every diag_<name>.c, which exports one const struct diag_<name>. A diagnosis
 * sees the events of each session in order and raises findings. The table of all diagnoses is generated
 * from the names in this folder's meson.build.
 */
#ifndef SMTPSCOPE_DIAGNOSIS_H
#define SMTPSCOPE_DIAGNOSIS_H

#include "finding_causes.h"
#include "history.h"
#include "ledger.h"
#include "record.h"
#include "rules.h"
#include "words.h"

struct server_book;

enum { IMPLICIT_TLS_PORT = 465 }; /* RFC 8314 3.3 */
enum { EVIDENCE_MAX = 16 };

/* The session and event that a diagnosis is called for. */
struct inspection {
	const struct rules *rules;
	const struct smtp_event *event;
	const struct session_facts *session; /* the event's */
	const struct annotation *annotation; /* of a reply, else NULL */
	const struct ledger *ledger;	     /* with this event accounted for */
	const struct history *history; /* before this event; foreign and bare_lf include the event's own command */
	tstamp now, waiting; /* for |wait|: the capture's clock, and the minimum length of a wait, ns; else 0 */
	struct account *account; /* charged with what a state points to; NULL: none */
	void *annotate;		 /* internal to the functions below */
	void *patient;
};

/* A finding to be raised. Severity and words come from the entry of the rules for |cause|. */
struct suspicion {
	enum finding_cause cause;
	const char *cause_name; /* overrides |cause| by a cause of the same id that a text rule names; or NULL */
	enum certainty certainty;
	uint64_t root;		/* number of the finding that this one follows from, or 0 */
	struct frame_ref frame; /* the packet it is about; |frames| need not repeat it */
	struct frame_ref frames[EVIDENCE_MAX];
	size_t frame_count;
	bool crossed;
	bool harmless;		      /* without consequences: info, whatever the rules say */
	bool at_most_warning;	      /* even if the rules say error: it may be temporary */
	size_t message;		      /* as in struct finding; the message under way at first */
	unsigned code;		      /* as in struct finding, */
	uint64_t reply;		      /* likewise, */
	char enhanced[ENHANCED_SIZE]; /* likewise, */
	const char *recipient;	      /* likewise */
	enum responsible responsible; /* in place of what the rules say; UNKNOWN: as they say */
	enum retry retry;
	const char *fix, *reference; /* replaces the rules' text, or NULL */
	const char *more;	     /* a template to add to the rules' "why", or NULL */
	struct words words;
};

/* What a command asks for, or a reply answers. */
enum subject {
	SUBJECT_OTHER,
	SUBJECT_HELLO,
	SUBJECT_LOGIN, /* AUTH and its responses */
	SUBJECT_MAIL,
	SUBJECT_RCPT,
	SUBJECT_DATA,
	SUBJECT_END_OF_DATA,
	SUBJECT_CHUNK,
	SUBJECT_QUIT,
	SUBJECTS,
};

static inline enum subject subject_of(const struct command *command)
{
	static const uint8_t of_verb[VERB_COUNT] = {
		[VERB_EHLO] = SUBJECT_HELLO, [VERB_HELO] = SUBJECT_HELLO, [VERB_LHLO] = SUBJECT_HELLO,
		[VERB_AUTH] = SUBJECT_LOGIN, [VERB_MAIL] = SUBJECT_MAIL,  [VERB_RCPT] = SUBJECT_RCPT,
		[VERB_DATA] = SUBJECT_DATA,  [VERB_QUIT] = SUBJECT_QUIT
	};
	static const uint8_t of_kind[] = { [COMMAND_END_OF_DATA] = SUBJECT_END_OF_DATA,
					   [COMMAND_BDAT] = SUBJECT_CHUNK,
					   [COMMAND_AUTH_RESPONSE] = SUBJECT_LOGIN,
					   [COMMAND_PROXY] = SUBJECT_OTHER };

	return (enum subject)(command->kind == COMMAND_LINE ? of_verb[command->verb_id]
							    : of_kind[command->kind]);
}

/* Sets of subjects: SUBJECTS_ARE(MAIL) | SUBJECTS_ARE(RCPT). The empty set is SUBJECTS_NONE, because 0 means all. */
#define SUBJECTS_ARE(which) (1u << SUBJECT_##which)
#define SUBJECTS_NONE	    (1u << SUBJECTS)

/* A set of kinds of flow events: FLOWS_ARE(FIN) | FLOWS_ARE(RST). */
#define FLOWS_ARE(which) (1u << FLOW_EVENT_##which)

/*
 * One handler for each kind of event (enum smtp_event_kind); a diagnosis sees the events that it has a
 * handler for, the other handlers are NULL. Each handler gets the diagnosis's own state of the session and
 * the subject of the event, both valid during the call only. A state that is all zero takes no memory (chart.h), so a diagnosis should remember
 * nothing before it must.
 */
struct diagnosis {
	const char *name;
	size_t state_size; /* bytes of state for each session, zeroed when it opens; at most CHART_STATE_MAX */
	bool of_packets; /* rests on times, packets, acknowledgements or exact bytes: not called for a dialogue that was read from a text */
	void (*opened)(struct inspection *in, void *state);
	void (*command)(struct inspection *in, void *state, const struct command *command);
	void (*reply)(struct inspection *in, void *state, const struct exchange *x);
	/* Instead of |reply|, if usual replies (see reply_is_usual) are of no concern. Most replies are usual. */
	void (*odd_reply)(struct inspection *in, void *state, const struct exchange *x);
	/*
	 * In a calm dialogue, |command| and |reply| are called only for commands about these subjects, and for usual replies to
	 * them; 0: to all. A dialogue is calm once EHLO or MAIL was accepted, while nothing odd was noted (struct history) and
	 * neither side has closed. Most are, so a diagnosis should name few subjects.
	 */
	unsigned calm_commands, calm_replies;
	void (*not_reply)(struct inspection *in, void *state, struct span line);
	void (*unanswered)(struct inspection *in, void *state, const struct command *command);
	void (*message)(struct inspection *in, void *state, const struct message *message);
	void (*flow)(struct inspection *in, void *state, const struct flow_event *event);
	unsigned flows; /* the kinds that |flow| is called for */
	void (*gap)(struct inspection *in, void *state, enum direction direction, uint64_t length);
	void (*tls)(struct inspection *in, void *state);
	void (*note)(struct inspection *in, void *state, enum smtp_note note);
	void (*ended)(struct inspection *in, void *state);
	/*
	 * Time has passed and the session is still open. |in->event| is then an SMTP_NOTE without a note. A diagnosis with this handler must raise
	 * its findings here: if nobody wants to know of long waits, it is not called at all.
	 */
	void (*wait)(struct inspection *in, void *state);
	/* Frees what the state points to. NULL: it owns nothing. */
	void (*finish)(void *state, struct account *account);
};

/*
 * Returns whether |reply| is one of the many that need no diagnosis of their own: the answered command allows it, it
 * accepts, and has no fault. A 221 is never usual.
 */
static inline bool reply_is_usual(const struct annotation *annotation, const struct reply *reply)
{
	return annotation->expected == EXPECTED_YES && reply->code < 400 && reply->code != 221 && !reply->flags;
}

/* Makes |s| an empty suspicion about the session of |in|, with the words for client, server and phase filled in. */
void suspicion_init(struct suspicion *s, const struct inspection *in, enum finding_cause cause);
/* The finding is about |reply|: its codes, and the words for them. */
void suspicion_reply(struct suspicion *s, const struct reply *reply);
/*
 * Takes cause and advice of |s| from what the rules know of the words of the event's reply, where |s|'s finding has words for that
 * cause; its certainty is at most that of the words. suspicion_advice takes the advice alone.
 */
void suspicion_reason(struct suspicion *s, const struct inspection *in);
void suspicion_advice(struct suspicion *s, const struct inspection *in);
/*
 * The event's reply is 421 and says why the server closes: takes that as the cause, as server-closing does. The advice is then the
 * rules' own for the cause.
 */
void suspicion_closing(struct suspicion *s, const struct inspection *in);
/* Adds a packet to the evidence. A frame without a number is ignored. */
void suspicion_evidence(struct suspicion *s, const struct frame_ref *frame);
/* Collects the packets of the evidence and the finding's own, sorted and without duplicates. Returns their number. */
size_t suspicion_frames(const struct suspicion *s, struct frame_ref frames[static EVIDENCE_MAX + 1]);
/* Turns |s| into a finding and passes it on. Returns the number of the finding, never 0. */
uint64_t inspection_raise(struct inspection *in, const struct suspicion *s);
/* What earlier sessions have shown of servers. Valid until the handler returns. Ask rarely: it may wait for other threads. */
const struct server_book *inspection_servers(const struct inspection *in);

/* Terminated by NULL. */
extern const struct diagnosis *const diagnoses[];

#endif
