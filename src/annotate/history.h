/* SPDX-License-Identifier: BSD-2-Clause */
/* history: facts about the session so far that more than one diagnosis needs. */
#ifndef SMTPSCOPE_HISTORY_H
#define SMTPSCOPE_HISTORY_H

#include "event.h"

/* The protocol other than SMTP that the client's bytes were recognized as. */
enum foreign {
	FOREIGN_NONE,
	FOREIGN_HTTP,
	FOREIGN_TLS,
	FOREIGN_PROXY,
	FOREIGN_SSH,
	FOREIGN_POP3,
	FOREIGN_IMAP,
	FOREIGN_BINARY,
	FOREIGN_OTHER, /* recognized, and without a finding of its own */
};

/* The server's newest reply. */
struct history_reply {
	unsigned code;	   /* 0: there was none */
	bool unseen;	   /* it is not known what it answers */
	bool farewell;	   /* it ends the session (farewell.h) */
	bool command_came; /* after it */
	uint64_t end;	   /* server stream offset behind it */
};

struct history {
	unsigned refusals;	    /* replies of 400 and above to commands */
	unsigned refusals_in_a_row; /* those without a success between them */
	enum foreign foreign : 8;   /* of the first line that was recognized */
	bool mail_seen;		    /* EHLO, HELO, LHLO or MAIL was accepted */
	bool greeted;		    /* the greeting came */
	bool bare_lf;		    /* a command ended with LF alone */
	bool odd;		    /* more happened than commands, replies, messages and packets */
	struct history_reply newest;
};

/*
 * Update |h| with an event. The diagnoses see the event between the two calls: history_before looks at the form of a command,
 * history_after does the rest. |farewell|: the event is a reply that ends the session.
 */
void history_before(struct history *h, const struct smtp_event *event);
void history_after(struct history *h, const struct smtp_event *event, bool farewell);

#endif
