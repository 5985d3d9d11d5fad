/* SPDX-License-Identifier: BSD-2-Clause */
/* login: the SASL dialogues of a session (RFC 4954): which mechanism, what shape its responses have, how each came out. */
#ifndef SMTPSCOPE_LOGIN_H
#define SMTPSCOPE_LOGIN_H

#include "session_state.h"

/* An AUTH command, before it is handed on: its initial response is looked at, passwords become secrets. */
void login_begin(struct session *s, const struct command *command);
/* A line of the dialogue, or one that looks like it though AUTH was refused (|stray|). */
void login_response(struct session *s, const struct command *command, bool stray);
/* The reply to either. */
void login_answered(struct session *s, const struct reply *reply);

#endif
