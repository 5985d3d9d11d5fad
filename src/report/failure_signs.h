/* SPDX-License-Identifier: BSD-2-Clause */
/* failure_signs: determines whether a session tried to deliver mail and failed (--only failed). */
#ifndef SMTPSCOPE_FAILURE_SIGNS_H
#define SMTPSCOPE_FAILURE_SIGNS_H

#include "record.h"

/* Zero it at the start of a session; it owns nothing. */
struct failure_signs {
	bool greeting_refused; /* the last reply of its kind was a rejection */
	bool hello_refused, tls_refused, auth_refused, mail_refused;
	bool message_sent; /* DATA or BDAT was sent */
	bool took_leave;   /* QUIT or RSET was sent */
};

void failure_signs_note(struct failure_signs *s, const struct record *record);

/*
 * Returns whether a session, which has ended, tried to deliver and failed to get something it needed. Not
 * counted: sessions without commands, address probes (recipients accepted, no message sent), and sessions
 * whose end was not seen although nothing failed.
 */
bool failure_signs_failed(const struct failure_signs *s, const struct session_facts *session);

#endif
