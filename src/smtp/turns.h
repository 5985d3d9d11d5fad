/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turns: the session loop. It decides what is read next, so that each event is complete, with its effects, before the next one
 * begins. For a reply the order is:
 *
 *   1. client_settle, client_read_lax_end: the client's bytes are read up to what the arrival of the reply proves;
 *   2. answer_reply: the reply is paired and passed on, and changes the facts;
 *   3. client_answered: the client's bytes that waited for it are read.
 */
#ifndef SMTPSCOPE_TURNS_H
#define SMTPSCOPE_TURNS_H

#include "chunk.h"
#include "reply_parser.h"

struct session;

/* What server readers call, with the session as their context. */
struct reply_parser_sink turns_reply_sink(void);
/* Creates the parts of |s|. Returns false if memory runs out; turns_finish frees those that exist in any case. */
bool turns_init(struct session *s);
void turns_finish(struct session *s);
/* Bytes or a gap of either side, in causal order. */
void turns_push(struct session *s, const struct chunk *chunk);
/* The client, or the server, has closed its side. |complete|: it was captured to its end. */
void turns_client_ends(struct session *s);
void turns_server_ends(struct session *s, bool complete);
/* The session is over: no open command will get a reply. */
void turns_give_up(struct session *s);

#endif
