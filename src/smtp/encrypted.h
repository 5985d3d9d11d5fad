/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encrypted: the part of a session that is TLS. Its bytes go through the session's own TLS filter, whose facts become the
 * session's, and through a layer that opens its records if there are keys.
 */
#ifndef SMTPSCOPE_ENCRYPTED_H
#define SMTPSCOPE_ENCRYPTED_H

#include "chunk.h"

struct session;
struct smtp_shared;

/* 220 answered STARTTLS and ended at server offset |end|: the server's next byte decides whether it speaks TLS. */
void encrypted_agreed(struct session *s, uint64_t end);
/* The client's bytes are TLS from here on; the first of them is at client offset |offset|, once it is known. */
void encrypted_client_begins(struct session *s);
void encrypted_client_starts_at(struct session *s, uint64_t offset);
/* The server's bytes are TLS from |chunk| on, which may be a gap. */
void encrypted_server_begins(struct session *s, const struct chunk *chunk);
/* Returns whether TLS was agreed on, and the server has sent nothing since. */
bool encrypted_server_is_due(const struct session *s);
/* A side continues in plain text: TLS is no longer expected of the server. */
void encrypted_called_off(struct session *s);
/* Returns whether the client had seen the 220 to STARTTLS when it sent |chunk|, or may have. */
bool encrypted_seen_agreed(const struct session *s, const struct chunk *chunk);
/* Returns whether the server had received a byte of the client's TLS when it acknowledged |acked| bytes. */
bool encrypted_hello_received(const struct session *s, bool acked_known, uint64_t acked);
/* Bytes or a gap of either side that belong to TLS, in order. */
void encrypted_push(struct session *s, const struct chunk *chunk);
/* The same for bytes of the connection itself, also once the text inside is read. */
void encrypted_wire(struct session *s, const struct chunk *chunk);
/* Is it known that the handshake never came to its end, so that nothing was said inside TLS? */
bool encrypted_never_began(const struct session *s);
/* TLS was agreed on, and |direction| sends plain text. */
void encrypted_note_plaintext(struct session *s, const struct chunk *chunk);
/* An event of the connection. Returns false if the caller must handle it: there is no layer. */
bool encrypted_event(struct session *s, const struct flow_event *event);
/* The proxy stage shows the session |view| of its flow. */
void encrypted_view(struct session *s, const struct flow *view);
/* Packet time is |now|: opens what was held in any session if its keys have come. */
void encrypted_flush(struct smtp_shared *shared, tstamp now);
/* No more will come: passes on what was held for its keys, and settles the facts. */
void encrypted_end(struct session *s);
void encrypted_finish(struct session *s);

#endif
