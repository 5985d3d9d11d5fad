/* SPDX-License-Identifier: BSD-2-Clause */
/* encrypted: the part of a session that is TLS: its bytes go through the session's own TLS filter, whose facts become the session's. */
#ifndef SMTPSCOPE_ENCRYPTED_H
#define SMTPSCOPE_ENCRYPTED_H

#include "session_state.h"

/* Bytes or a gap of either side that belong to TLS, in order. */
void encrypted_push(struct session *s, const struct chunk *chunk);
/* Is it known that the handshake never came to its end, so that nothing was said inside TLS? */
bool encrypted_never_began(const struct session *s);
/* TLS was agreed on, and |direction| sends plain text. */
void encrypted_note_plaintext(struct session *s, const struct chunk *chunk);
void encrypted_finish(struct session *s);

#endif
