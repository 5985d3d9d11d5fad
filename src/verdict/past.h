/* SPDX-License-Identifier: BSD-2-Clause */
/* past: what is remembered of an ended session, so that stories can be told of several sessions. */
#ifndef SMTPSCOPE_PAST_H
#define SMTPSCOPE_PAST_H

#include "ledger.h"
#include "session_facts.h"
#include "story.h"
#include "verdict.h"

enum {
	PAST_ADDRESS_KEPT = 320, /* bytes of an address: RFC 5321 4.5.3.1.1 and 4.5.3.1.2 allow 64 + 1 + 255 */
	PAST_RECIPIENTS_KEPT = 8,
	PAST_TITLE_KEPT = 160, /* bytes of the title of a finding */
	PAST_MAILS_KEPT = 16,  /* mails of one session that stories may be told of */
};

/* One mail of an ended session, or the session itself if it had none. */
struct past {
	uint64_t number; /* of the session */
	/*
	 * Another mail of the same session that stands for the session as a whole; NULL: this one does. It is kept for as long as this
	 * one.
	 */
	struct past *main;
	struct frame_ref start, end;
	struct endpoint client, server;
	enum flow_opened opened;
	enum session_outcome outcome;
	unsigned code;
	bool failed;
	bool told;		/* a story already includes it */
	bool told_elsewhere;	/* a story already includes another mail of the session */
	const char *id, *cause; /* of the verdict; they live as long as the rules */
	const char *title; /* of the finding behind the verdict; may hold bytes from the wire; NULL: none */
	enum certainty certainty;
	enum responsible responsible;
	enum retry retry;
	bool tls;	   /* STARTTLS or implicit TLS was used or attempted */
	bool data_sent;	   /* the mail was sent to its end */
	bool doubtful_end; /* the client closed before the reply to the end of the message arrived */
	bool logged_in;	   /* a login was accepted */
	unsigned logins_refused;
	/*
	 * The mail. Its recipients here are those that it was not accepted for, or all. |mail_from| NULL: there is none, or the envelope
	 * was not seen completely.
	 */
	enum session_outcome mail_outcome;
	uint64_t bytes;	    /* of its text, 0: not seen */
	uint64_t announced; /* SIZE of MAIL (RFC 1870), 0: not announced */
	const char *mail_from;
	const char *recipients[PAST_RECIPIENTS_KEPT];
	size_t recipient_count;	    /* of the kept ones */
	uint64_t envelope;	    /* equal envelopes have equal values; 0: not known */
	size_t size;		    /* bytes of this structure with its texts */
	size_t at_start, at_client; /* its places in the orders of a chapter */
	char text[];
};

/*
 * Returns the message that stands for the session: the first that was not accepted for all its recipients, otherwise the first one.
 * NULL: there is none.
 */
const struct message *past_choose(const struct session_facts *session);
/*
 * Returns a copy of what matters of |mail|, a message of |session| or NULL, or NULL if memory runs out. |verdict| is that of the
 * session, or of the message; |title|, of the finding behind it, may be NULL. The caller frees it with
 * account_free and |account|, to which it is charged (NULL: none).
 */
struct past *past_create(const struct session_facts *session, const struct message *mail,
			 const struct verdict *verdict, const struct ledger *ledger, const char *title,
			 struct account *account);

/*
 * Moves |p|, which was taken from no account, to |account|. Returns where it is now, or NULL if memory runs out; |p| is gone in
 * either case. |main| is as before.
 */
struct past *past_move(struct past *p, struct account *account);

/* Returns whether sender, recipients and size are the same. False if either envelope is not known. */
bool past_same_mail(const struct past *a, const struct past *b);
/* Returns whether the mail was accepted for all recipients. */
bool past_accepted(const struct past *p);
/* Returns |p| as an attempt of a story; |waited| as in struct story_attempt. */
struct story_attempt past_attempt(const struct past *p, int64_t waited);

#endif
