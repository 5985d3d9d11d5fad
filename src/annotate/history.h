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

struct history {
	unsigned refusals;	    /* replies of 400 and above to commands */
	unsigned refusals_in_a_row; /* those without a success between them */
	enum foreign foreign;	    /* of the first line that was recognized */
	bool mail_seen;		    /* EHLO, HELO, LHLO or MAIL was accepted */
	struct frame_ref last_refusal;
};

/*
 * Update |h| with an event. The diagnoses see the event between the two calls: history_before recognizes
 * the protocol of a command, history_after does the rest.
 */
void history_before(struct history *h, const struct smtp_event *event);
void history_after(struct history *h, const struct smtp_event *event);

#endif
