/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record: what the annotate stage passes to the report stage, in order: the events of the smtp stage, each
 * reply with its meaning, and each finding right after the event that it is about. Valid during the call
 * only. The event SMTP_ENDED is the last record of a session: findings that the end leads to come before
 * it.
 */
#ifndef SMTPSCOPE_RECORD_H
#define SMTPSCOPE_RECORD_H

#include "event.h"
#include "finding.h"

enum expected { EXPECTED_YES, EXPECTED_NO, EXPECTED_UNKNOWN };

struct ledger;
struct reply_cause;
struct story;
struct verdict;

/* The meaning of one reply, given the command that it answers. The strings live as long as the rules. */
struct annotation {
	const char *name;     /* short: "Closing connection" */
	const char *category; /* "positive-completion", ... */
	const char *meaning;  /* a sentence */
	enum expected expected;
	const char *rule;  /* text rule that matched, or NULL */
	const char *cause; /* its cause, or NULL */
	const struct reply_cause *reason; /* of a rejection: all that is known about its cause (text_rules.h); valid during the call only */
};

enum record_kind {
	RECORD_EVENT,	/* |event|, and for SMTP_REPLY |annotation| */
	RECORD_FINDING, /* |finding|, about the session of |event|; settled */
	RECORD_RAISED, /* |finding| was raised here and will come again as RECORD_FINDING when its severity and root are settled */
	RECORD_STORY, /* |story|, about several sessions; |event| and |attachment| are NULL */
};

struct record {
	enum record_kind kind;
	const struct smtp_event *event;	     /* NULL of a story; of a finding: the event that led to it */
	const struct annotation *annotation; /* NULL unless the event is a reply */
	const struct finding *finding;	     /* NULL unless RECORD_FINDING or RECORD_RAISED */
	const struct story *story;	     /* NULL unless RECORD_STORY */
	const struct ledger *ledger;	     /* of the session; NULL of a story */
	const struct verdict *verdict; /* of the session, at SMTP_ENDED behind the verdict stage; else NULL */
	const struct verdict *message_verdicts; /* likewise, of the session's first messages, */
	size_t message_verdict_count;		/* so many of them */
	void **attachment;			/* the report stage's pointer for this session */
	void **trial;				/* the same of the verdict stage; NULL of a story */
	uint64_t findings[3];			/* number in this session so far, by enum severity */
};

typedef void record_sink(void *context, const struct record *record);

#endif
