/* SPDX-License-Identifier: BSD-2-Clause */
/* server: reads the server's side of a session as text. It owns the reply parser, and knows nothing of commands. */
#ifndef SMTPSCOPE_SERVER_H
#define SMTPSCOPE_SERVER_H

#include "reply_parser.h"

struct server_reader;

/*
 * |common| is shared by all readers of a stage, and must outlive them. Its sink gets the replies, and the lines that are none, with |context|.
 * Returns NULL if memory runs out.
 */
struct server_reader *server_create(const struct reply_parser_common *common, void *context);
void server_destroy(struct server_reader *r);
/* Notes that something of the server has arrived. Returns whether it is the first. */
bool server_begins(struct server_reader *r);
bool server_has_begun(const struct server_reader *r);
bool server_has_ended(const struct server_reader *r);
/* Bytes or a gap, in order; passes on the replies that they complete. */
void server_read(struct server_reader *r, const struct chunk *chunk);
/* Returns whether no byte of a reply waits for the rest. */
bool server_is_idle(const struct server_reader *r);
/* As reply_parser_mark, reply_parser_interrupt and reply_parser_end_line. */
bool server_mark(struct server_reader *r, uint64_t acked, uint64_t client_offset);
void server_interrupt(struct server_reader *r);
void server_end_line(struct server_reader *r);
/* Ends the direction; |complete|: it was closed and captured to its end. Returns false if it had ended before. */
bool server_end(struct server_reader *r, bool complete);

#endif
