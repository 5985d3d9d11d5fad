/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server: reads the replies of a session, pairs each with what it answers, and applies its effects to the
 * session.
 */
#ifndef SMTPSCOPE_SERVER_H
#define SMTPSCOPE_SERVER_H

#include "session_state.h"

void server_init(struct session *s);
/* Bytes or a gap of the server direction, in order. */
void server_push(struct session *s, const struct chunk *chunk);
/* Ends the direction; |complete|: it was closed and captured to its end. */
void server_end(struct session *s, bool complete);
/* No open command will get a reply. */
void server_give_up(struct session *s);
void server_finish(struct session *s);

#endif
