/* SPDX-License-Identifier: BSD-2-Clause */
/* server: takes the replies of a session, pairs each with what it answers, and draws its consequences for the session. */
#ifndef SMTPSCOPE_SERVER_H
#define SMTPSCOPE_SERVER_H

#include "session_state.h"

void server_init(struct session *s);
/* Bytes or a gap of the server direction, in order. */
void server_push(struct session *s, const struct chunk *chunk);
/* No more will come; |complete|: the direction was closed, and seen to its end. */
void server_end(struct session *s, bool complete);
/* Every command still open gets no reply any more. */
void server_give_up(struct session *s);
void server_finish(struct session *s);

#endif
