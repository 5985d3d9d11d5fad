/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client: reads the client's side of a session: command lines, SASL responses, messages, chunks. Where their meaning depends on
 * a reply, it holds the bytes until that reply has come (enum client_state).
 */
#ifndef SMTPSCOPE_CLIENT_H
#define SMTPSCOPE_CLIENT_H

#include "chunk.h"
#include "client_state.h"
#include "exchange.h"

struct client_reader;
struct feed;
struct session_parts;

/* |parts| and |feed| must outlive the reader. It holds back |max_hold| bytes at most. Returns NULL if memory runs out. */
struct client_reader *client_create(struct session_parts *parts, struct feed *feed, size_t max_hold);
void client_destroy(struct client_reader *c);

/* ---- what others may ask ---- */

/* How its bytes are read. The value changes; the pointer is valid as long as |c|. */
const enum client_state *client_state(const struct client_reader *c);
/* The newest command; NULL: there is none. Valid until the next one. */
const struct newest_command *client_newest(const struct client_reader *c);
/* The SASL mechanism of the open AUTH dialogue, or NULL. */
const char *client_mechanism(const struct client_reader *c);
/* When the byte before client offset |end| arrived, if it is held; else TSTAMP_NONE. */
tstamp client_held_at(const struct client_reader *c, uint64_t end);
/* Returns whether a line that has not ended yet was answered already. */
bool client_line_is_claimed(const struct client_reader *c);
/*
 * Returns whether |chunk| may show that the client takes an unfinished reply for complete. A client that sends groups may do so for
 * another reason, so what the server sends next decides (client_await_reply_end).
 */
bool client_may_end_reply(const struct client_reader *c, const struct chunk *chunk);
/*
 * Returns whether |reply|, which nothing asked for, is explained by a lax end of data in the message before it: what followed that
 * are then commands (client_read_lax_end).
 */
bool client_lax_end_explains(const struct client_reader *c, const struct reply *reply);

/* ---- what happens to it; each call reads on as far as it can, and passes on what it has read ---- */

/* Bytes or a gap of the client direction, in order. */
void client_push(struct client_reader *c, const struct chunk *chunk);
/* Before client_push: the server has sent something, and the client continues. What it sent before is not the rest of a message. */
void client_goes_on(struct client_reader *c);
/* Holds the bytes of the next client_push until the reply has ended. */
void client_await_reply_end(struct client_reader *c);
/*
 * A reply has arrived after |silence| (ns, -1: not known), and is about to be paired: what its arrival alone decides is decided
 * now.
 */
void client_settle(struct client_reader *c, const struct reply *reply, int64_t silence);
/* |reply| is explained by a lax end of data: reads what followed it as commands. */
void client_read_lax_end(struct client_reader *c, const struct reply *reply);
/* The reply to the command at client offset |start| was passed on. */
void client_answered(struct client_reader *c, uint64_t start, unsigned code);
/* The command at |start| will get no reply that is seen. */
void client_unanswered(struct client_reader *c, uint64_t start);
/* A reply may be meant for the line that has not ended yet. */
void client_doubt_line(struct client_reader *c);
/* Bytes of the server are missing; the reply to the line that has not ended yet, if there is one, may be among them. */
void client_doubt_gap(struct client_reader *c);
/* The server's first byte says whether it speaks TLS from the start. */
void client_server_speaks(struct client_reader *c, bool tls);
/* Bytes of the server are missing: what would have been told by them is not waited for. */
void client_server_gap(struct client_reader *c);
/* A reply has come to its end, be it one behind which the client went on before that. */
void client_reply_ended(struct client_reader *c);
/* No more replies will come. */
void client_server_ended(struct client_reader *c);
/* A reply shows what its question, which was lost, had begun: 354 a message, 334 a line of a SASL dialogue. */
void client_asked_unseen(struct client_reader *c, unsigned code);
/* From here on the bytes are the text inside TLS: reads command lines. */
void client_begin_inside(struct client_reader *c);
/* No more bytes will come; called again when the session ends. */
void client_end(struct client_reader *c);

#endif
