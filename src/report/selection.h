/* SPDX-License-Identifier: BSD-2-Clause */
/* selection: which sessions a report shows (--session, --only), decided from their records. */
#ifndef SMTPSCOPE_SELECTION_H
#define SMTPSCOPE_SELECTION_H

#include "report.h"

/* What a session's records have told so far. Zeroed at its start; owns nothing. */
struct selection {
	bool findings;	       /* one of warning or error */
	bool greeting_refused; /* the last of its kind was refused: */
	bool hello_refused, tls_refused, auth_refused, mail_refused;
	bool message_sent; /* DATA or BDAT was */
	bool took_leave;   /* QUIT or RSET was sent */
};

/* Is |record| of a session that may be shown at all? Without --session, all are. */
bool selection_admits(const struct report_config *config, const struct record *record);

/* Learns from a record of the session. */
void selection_note(struct selection *selection, const struct record *record);

/*
 * Is the session to be shown, as far as is known? Final once it has ended; REPORT_ONLY_FINDINGS never goes back to false.
 * REPORT_ONLY_FAILED: the client wanted to deliver and something it needed failed. Not among them: sessions that did nothing,
 * address probes (recipients accepted, no message sent), and those whose end nobody could see though nothing failed.
 */
bool selection_shows(const struct report_config *config, const struct selection *selection,
		     const struct session_facts *session);

#endif
