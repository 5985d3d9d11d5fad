/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_read: reads the client's bytes according to the state of the dialogue: lines, a message, a chunk of
 * BDAT, or unreadable bytes.
 */
#ifndef SMTPSCOPE_CLIENT_READ_H
#define SMTPSCOPE_CLIENT_READ_H

#include "chunk.h"

struct client_reader;
struct lax_end;

/* Reads a chunk in a reading state; holds what follows once the state holds bytes. */
void client_read(struct client_reader *c, const struct chunk *chunk);
/* What has come of the line that is not whole yet, without what did not fit; valid until more of it comes. */
struct span client_open_line(const struct client_reader *c);
/* Forgets these bytes. */
void client_drop_line(struct client_reader *c);
/* Adds a chunk to the held bytes. */
void client_hold(struct client_reader *c, const struct chunk *chunk);
/*
 * The message has ended with the byte before |end|; |flags| (of enum command_flag) state how that is known.
 */
void client_end_of_data(struct client_reader *c, uint64_t end, unsigned flags);
/* Discards what was kept after a lax end of data. */
void client_forget_suspicion(struct client_reader *c);
/*
 * If the lax end of data stopped at a CR: returns how many bytes of |behind|, which follow it, are further
 * CRs and an LF that still end its line (0: none).
 */
size_t client_lax_line_end(const struct lax_end *lax, struct span behind);
/*
 * Checks bytes sent after STARTTLS before its reply was seen: if they are not TLS, the client meant them to
 * be read as plain text.
 */
void client_note_injection(struct client_reader *c, const struct chunk *chunk);

#endif
