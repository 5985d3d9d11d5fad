/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * login: the SASL dialogues of a session (RFC 4954): the mechanism, the form of the responses, and the
 * result.
 */
#ifndef SMTPSCOPE_LOGIN_H
#define SMTPSCOPE_LOGIN_H

#include "session_facts.h"

/*
 * Examines the initial response of an AUTH command before it is passed on, and adds passwords to |secrets|. |encrypted|: it was sent
 * inside TLS.
 */
void login_begin(struct session_facts *f, struct secret_set *secrets, const struct command *command,
		 bool encrypted);
/* A line of the dialogue, or one that looks like it although AUTH was rejected (|stray|). */
void login_response(struct session_facts *f, struct secret_set *secrets, const struct command *command,
		    bool stray);
/* The reply to either of them. */
void login_answered(struct session_facts *f, const struct reply *reply);

#endif
