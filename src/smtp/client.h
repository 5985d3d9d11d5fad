/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client: reads the client's side of a session: command lines, SASL responses, messages, chunks. Where their meaning depends on
 * a reply, it holds the bytes until that reply has come (enum client_state).
 */
#ifndef SMTPSCOPE_CLIENT_H
#define SMTPSCOPE_CLIENT_H

#include "session_state.h"

void client_init(struct session *s);
void client_finish(struct session *s);
/* Bytes or a gap of the client direction, in order. */
void client_push(struct session *s, const struct chunk *chunk);
/* The reply to the command at client offset |start| has come. */
void client_answered(struct session *s, uint64_t start, unsigned code);
/* The command at |start| will get no reply that is seen. */
void client_unanswered(struct session *s, uint64_t start);
/* A reply is about to be paired: what only its coming decides is decided now. */
void client_before_reply(struct session *s, const struct reply *reply);
/*
 * A reply came that nothing asked for. Where the message before it held a lax end of data, what followed that is read
 * again as commands; true if so: pair once more.
 */
bool client_read_lax(struct session *s, const struct reply *reply);
/* The server's first byte says whether it speaks TLS from the start. */
void client_server_speaks(struct session *s, bool tls);
/* Bytes of the server are missing: what would have been told by them is not waited for. */
void client_server_gap(struct session *s);
/* A reply has come to its end, be it one behind which the client went on before that. */
void client_reply_ended(struct session *s);
/* No more replies will come. */
void client_server_ended(struct session *s);
/* A reply shows what its question, which was lost, had begun: 354 a message, 334 a line of a SASL dialogue. */
void client_asked_unseen(struct session *s, unsigned code);
/* No more bytes will come; called again when the session ends. */
void client_end(struct session *s);

#endif
