/* SPDX-License-Identifier: BSD-2-Clause */
#include "encrypted.h"

#include "feed.h"
#include "tls_handshake.h"
#include "tls_names.h"

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
	const struct tls_handshake *h = s->tls;
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
	if (!s->tls)
		s->tls = tls_handshake_create();
	if (!s->tls)
		return;
	tls_handshake_push(s->tls, chunk);
	keep_facts(s);
	if (!s->tls->alert.seen || s->facts.tls.alert)
		return;
	s->facts.tls.alert = tls_alert_name(s->tls->alert.description);
	if (!s->facts.tls.alert)
		s->facts.tls.alert = "unknown";
	note(s, NOTE_TLS_ALERT, s->tls->alert.sender, &s->tls->alert.frame, (struct span){ 0 });
}

bool encrypted_never_began(const struct session *s)
{
	return s->tls && tls_handshake_broken_off(s->tls) && s->flow->closed != FLOW_OPEN;
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

void encrypted_finish(struct session *s)
{
	tls_handshake_destroy(s->tls);
	s->tls = NULL;
}
