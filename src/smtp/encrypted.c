/* SPDX-License-Identifier: BSD-2-Clause */
#include "encrypted.h"

#include "feed.h"
#include "session.h"
#include "tls_handshake.h"
#include "tls_names.h"

#include <stdlib.h>

struct encrypted {
	struct tls_handshake *handshake; /* the TLS filter, from its first byte on; NULL: no byte yet */
	bool server_due;		 /* the server's next byte decides whether it speaks TLS */
	uint64_t agreed_at;		 /* server offset after the 220 to STARTTLS */
	uint64_t client_start;		 /* client offset of its first byte of TLS */
};

/* Most sessions never get here. Returns NULL if memory runs out. */
static struct encrypted *state_of(struct session *s)
{
	if (!s->encrypted)
		s->encrypted = calloc(1, sizeof *s->encrypted);
	return s->encrypted;
}

static void note(struct session *s, enum smtp_note what, enum direction direction,
		 const struct frame_ref *frame, struct span line)
{
	struct smtp_event event = {
		.kind = SMTP_NOTE, .frame = *frame, .note = what, .direction = direction, .line = line
	};

	feed_emit(s, &event);
}

static void keep_facts(struct session *s)
{
	const struct tls_handshake *h = s->encrypted->handshake;
	struct tls_facts *facts = &s->facts.tls;

	facts->handshake = h;
	if (h->client_hello_seen && h->client_hello.sni[0])
		facts->sni = h->client_hello.sni;
	if (h->server_hello_seen && !h->server_hello.retry) {
		facts->version = tls_version_name(h->server_hello.version);
		facts->cipher = tls_cipher_name(h->server_hello.suite);
	}
}

void encrypted_push(struct session *s, const struct chunk *chunk)
{
	struct encrypted *e = state_of(s);

	if (e && !e->handshake)
		e->handshake = tls_handshake_create();
	if (!e || !e->handshake)
		return;
	tls_handshake_push(e->handshake, chunk);
	keep_facts(s);
	if (!e->handshake->alert.seen || s->facts.tls.alert)
		return;
	s->facts.tls.alert = tls_alert_name(e->handshake->alert.description);
	if (!s->facts.tls.alert)
		s->facts.tls.alert = "unknown";
	note(s, NOTE_TLS_ALERT, e->handshake->alert.sender, &e->handshake->alert.frame, (struct span){ 0 });
}

bool encrypted_never_began(const struct session *s)
{
	const struct encrypted *e = s->encrypted;

	return e && e->handshake && tls_handshake_broken_off(e->handshake) && s->flow->closed != FLOW_OPEN;
}

void encrypted_note_plaintext(struct session *s, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	const uint8_t *end = bytes.length ? memchr(bytes.at, '\r', bytes.length) : NULL;

	if (!bytes.length)
		return;
	note(s, NOTE_PLAINTEXT_FOR_TLS, chunk->direction, &chunk->frame,
	     span_first(bytes, end ? (size_t)(end - bytes.at) : COMMAND_LINE_KEPT));
}

void encrypted_agreed(struct session *s, uint64_t end)
{
	struct encrypted *e = state_of(s);

	s->facts.tls.mode = TLS_STARTTLS;
	if (!e)
		return;
	e->agreed_at = end;
	e->server_due = true;
}

void encrypted_client_begins(struct session *s)
{
	struct encrypted *e = state_of(s);

	s->facts.visibility |= VISIBILITY_ENCRYPTED;
	if (s->facts.tls.mode == TLS_NONE)
		s->facts.tls.mode = TLS_IMPLICIT;
	if (e)
		e->server_due = true;
}

void encrypted_client_starts_at(struct session *s, uint64_t offset)
{
	if (s->encrypted)
		s->encrypted->client_start = offset;
}

void encrypted_server_begins(struct session *s, const struct chunk *chunk)
{
	s->server_tls = true;
	s->facts.visibility |= VISIBILITY_ENCRYPTED;
	encrypted_push(s, chunk);
}

bool encrypted_server_is_due(const struct session *s)
{
	return s->encrypted && s->encrypted->server_due;
}

void encrypted_called_off(struct session *s)
{
	if (s->encrypted)
		s->encrypted->server_due = false;
}

bool encrypted_seen_agreed(const struct session *s, const struct chunk *chunk)
{
	return !chunk->acked_known || !s->encrypted || chunk->peer_acked >= s->encrypted->agreed_at;
}

bool encrypted_hello_received(const struct session *s, bool acked_known, uint64_t acked)
{
	return s->client_state == CLIENT_TLS && acked_known &&
	       acked > (s->encrypted ? s->encrypted->client_start : 0);
}

void encrypted_finish(struct session *s)
{
	if (!s->encrypted)
		return;
	tls_handshake_destroy(s->encrypted->handshake);
	free(s->encrypted);
}
