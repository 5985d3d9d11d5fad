/* SPDX-License-Identifier: BSD-2-Clause */
/* client_read: the client's bytes by the state of the dialogue: lines, a message, a chunk of BDAT, or nothing that can be read. */
#ifndef SMTPSCOPE_CLIENT_READ_H
#define SMTPSCOPE_CLIENT_READ_H

#include "session_state.h"

/* Reads a chunk in a state that reads; what follows once the state holds bytes is held. */
void client_read(struct session *s, const struct chunk *chunk);
/* Adds a chunk to what is held. */
void client_hold(struct session *s, const struct chunk *chunk);
/* The message has ended with the byte before |end|; |flags| (of enum command_flag) say how that is known. */
void client_end_of_data(struct session *s, uint64_t end, unsigned flags);
/* Forgets what was kept behind a lax end of data. */
void client_forget_suspicion(struct client_reader *c);
/*
 * The lax end of data may have stopped at a CR: how many bytes of |behind|, which follow it, are more of them and an LF, and
 * still end its line (0: none).
 */
size_t client_lax_line_end(const struct client_reader *c, struct span behind);
/* Bytes behind STARTTLS, sent before its reply was seen: where they are no TLS, whoever sent them meant them to be read as plain text. */
void client_note_injection(struct session *s, const struct chunk *chunk);

#endif
