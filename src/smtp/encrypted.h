/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encrypted: the part of a session that is TLS. Its bytes go through the session's own TLS filter, whose facts become the
 * session's, and through a layer that opens its records if there are keys.
 */
#ifndef SMTPSCOPE_ENCRYPTED_H
#define SMTPSCOPE_ENCRYPTED_H

#include "chunk.h"
#include "event.h"
#include "tls_workspace.h"

struct encrypted_state;
struct feed;
struct dialogue_progress;

/* The parts of a session that it works with. */
struct encrypted_parts {
	struct session_facts *facts; /* get what is known of TLS; their flow becomes the view of the text inside */
	struct dialogue_progress *progress;
	struct feed *feed; /* gets the notes */
};

/* What all sessions of a stage share. */
struct encrypted_shared {
	struct tls_workspace *tls;	 /* NULL: TLS is not opened */
	struct encrypted_state *opening; /* private: the first of those whose TLS may be opened */
	/* Returns the parts of |session|: asked for, because most sessions have no TLS. |session| is that of struct encrypted. */
	struct encrypted_parts (*parts)(void *session);
	/* Text inside TLS begins, and continues. */
	void (*begin)(void *session);
	void (*chunk)(void *session, const struct chunk *chunk);
	void (*event)(void *session, const struct flow_event *event);
};

/* The TLS of one session. The session fills in the fields, |state| with NULL; all that they point to must outlive it. */
struct encrypted {
	struct encrypted_shared *shared;
	void *session;		       /* for the calls of |shared| */
	struct encrypted_state *state; /* private; NULL: no TLS so far */
};

/* 220 answered STARTTLS and ended at server offset |end|: the server's next byte decides whether it speaks TLS. */
void encrypted_agreed(struct encrypted *e, uint64_t end);
/* The client's bytes are TLS from here on; the first of them is at client offset |offset|, once it is known. */
void encrypted_client_begins(struct encrypted *e);
void encrypted_client_starts_at(struct encrypted *e, uint64_t offset);
/* The server's bytes are TLS from |chunk| on, which may be a gap. */
void encrypted_server_begins(struct encrypted *e, const struct chunk *chunk);
/* Returns whether TLS was agreed on, and the server has sent nothing since. */
bool encrypted_server_is_due(const struct encrypted *e);
/* A side continues in plain text: TLS is no longer expected of the server. */
void encrypted_called_off(struct encrypted *e);
/* Returns whether the client had seen the 220 to STARTTLS when it sent |chunk|, or may have. */
bool encrypted_seen_agreed(const struct encrypted *e, const struct chunk *chunk);
/*
 * The client's bytes are TLS. Returns whether the server had received one of them when it acknowledged |acked| bytes.
 */
bool encrypted_hello_received(const struct encrypted *e, bool acked_known, uint64_t acked);
/* Bytes or a gap of either side that belong to TLS, in order. */
void encrypted_push(struct encrypted *e, const struct chunk *chunk);
/* The same for bytes of the connection itself, also once the text inside is read. */
void encrypted_wire(struct encrypted *e, const struct chunk *chunk);
/* Is it known that the handshake never came to its end, so that nothing was said inside TLS? */
bool encrypted_never_began(const struct encrypted *e);
/* TLS was agreed on, and the sender of |chunk| sends plain text. */
void encrypted_note_plaintext(struct encrypted *e, const struct chunk *chunk);
/* An event of the connection. Returns false if the caller must handle it: there is no layer. */
bool encrypted_event(struct encrypted *e, const struct flow_event *event);
/* The proxy stage shows the session |view| of its flow. */
void encrypted_view(struct encrypted *e, const struct flow *view);
/* Packet time is |now|: opens what was held in any session if its keys have come. */
void encrypted_flush(struct encrypted_shared *shared, tstamp now);
/* No more will come: passes on what was held for its keys, and settles the facts. */
void encrypted_end(struct encrypted *e);
/* Frees its state. */
void encrypted_finish(struct encrypted *e);

#endif
