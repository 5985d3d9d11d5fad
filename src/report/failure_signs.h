/* SPDX-License-Identifier: BSD-2-Clause */
/* failure_signs: what tells that a session wanted to deliver mail and failed (--only failed). */
#ifndef SMTPSCOPE_FAILURE_SIGNS_H
#define SMTPSCOPE_FAILURE_SIGNS_H

#include "record.h"

/* Zeroed at the start of a session; owns nothing. */
struct failure_signs {
	bool greeting_refused; /* the last reply of its kind was a refusal: */
	bool hello_refused, tls_refused, auth_refused, mail_refused;
	bool message_sent; /* DATA or BDAT was sent */
	bool took_leave;   /* QUIT or RSET was sent */
};

void failure_signs_note(struct failure_signs *s, const struct record *record);

/*
 * Did the session, which has ended, want to deliver and fail to get something it needed? No: sessions that did nothing, address
 * probes (recipients accepted, no message sent), and those whose end was not seen although nothing failed.
 */
bool failure_signs_failed(const struct failure_signs *s, const struct session_facts *session);

#endif
