/* SPDX-License-Identifier: BSD-2-Clause */
/* past: what is remembered of an ended session, so that stories can be told of several. */
#ifndef SMTPSCOPE_PAST_H
#define SMTPSCOPE_PAST_H

#include "session_facts.h"
#include "story.h"
#include "verdict.h"

enum {
	PAST_ADDRESS_KEPT = 320, /* bytes of an address: RFC 5321 4.5.3.1.1 and 4.5.3.1.2 allow 64 + 1 + 255 */
	PAST_RECIPIENTS_KEPT = 8,
};

struct past {
	uint64_t number; /* of the session */
	struct frame_ref start, end;
	struct endpoint client, server;
	enum flow_opened opened;
	enum session_outcome outcome;
	unsigned code;
	bool failed, told; /* |told|: a story has it already */
	const char *id, *cause;
	const char *title; /* of the finding behind the verdict, without wire text; NULL: none */
	enum certainty certainty;
	enum responsible responsible;
	enum retry retry;
	bool tls;	   /* STARTTLS or implicit TLS was used or tried */
	bool data_sent;	   /* a message was sent to its end */
	bool doubtful_end; /* the client broke off, although the end of the message had been sent */
	bool logged_in;	   /* a login was accepted */
	unsigned logins_refused;
	uint64_t bytes; /* of the first message */
	/* The first message's envelope; |mail_from| NULL: there is none, or it was not seen whole. */
	const char *mail_from;
	const char *recipients[PAST_RECIPIENTS_KEPT];
	size_t recipient_count;
	uint64_t envelope;	    /* equal envelopes have equal values; 0: none */
	size_t size;		    /* bytes of this structure with its texts */
	size_t at_start, at_client; /* its places in the orders of a chapter */
	char text[];
};

/* A copy of what matters; NULL where memory is short. To be given to free(). */
struct past *past_create(const struct session_facts *session, const struct verdict *verdict,
			 unsigned logins_refused, bool logged_in);

/* The same sender and the same recipients? False where either envelope is not known. */
bool past_same_mail(const struct past *a, const struct past *b);
bool past_accepted(const struct past *p);
/* How |p| stands in a story; |waited| as in struct story_attempt. */
struct story_attempt past_attempt(const struct past *p, int64_t waited);

#endif
