/* SPDX-License-Identifier: BSD-2-Clause */
#include "encrypted.h"

#include "feed.h"
#include "session.h"
#include "tls_layer.h"
#include "tls_names.h"

#include <stdlib.h>

struct encrypted {
	struct tls_handshake *handshake; /* the TLS filter, from its first byte on; NULL: no byte yet */
	bool server_due;		 /* the server's next byte decides whether it speaks TLS */
	uint64_t agreed_at;		 /* server offset after the 220 to STARTTLS */
	uint64_t client_start;		 /* client offset of its first byte of TLS */
	struct tls_layer *layer;	 /* opens its records; NULL: there cannot be keys */
	struct encrypted *next, **link;	 /* in the list of those with a layer */
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

static void note_alert(struct session *s)
{
	const struct encrypted *e = s->encrypted;

	if (!e->handshake->alert.seen || s->facts.tls.alert)
		return;
	s->facts.tls.alert = tls_alert_name(e->handshake->alert.description);
	if (!s->facts.tls.alert)
		s->facts.tls.alert = "unknown";
	note(s, NOTE_TLS_ALERT, e->handshake->alert.sender, &e->handshake->alert.frame, (struct span){ 0 });
}

static void on_view(void *session, const struct flow *view)
{
	struct session *s = session;

	s->flow = view;
	s->facts.flow = view;
}

static void on_begin(void *session, const struct frame_ref *frame)
{
	struct session *s = session;

	s->inside = true;
	s->server_tls = s->encrypted->server_due = false;
	s->facts.tls.decrypted = true;
	s->facts.visibility &= ~(unsigned)VISIBILITY_ENCRYPTED;
	if (s->facts.protocol == PROTOCOL_TLS)
		s->facts.protocol = PROTOCOL_NONE;
	s->shared->inside_begin(s);
	note(s, NOTE_TLS_OPENED, DIR_SERVER, frame, (struct span){ 0 });
}

/* Begins to open records, if there are secrets or some may come. */
static void begin_layer(struct session *s)
{
	struct encrypted *e = s->encrypted;
	struct smtp_shared *shared = s->shared;
	const struct tls_layer_sink sink = { .context = s,
					     .begin = on_begin,
					     .view = on_view,
					     .chunk = shared->inside_chunk,
					     .event = shared->inside_event };

	if (!shared->tls || (!shared->tls->keys_may_come && !tls_keys_count(shared->tls->keys)))
		return;
	e->layer = tls_layer_create(shared->tls, e->handshake, s->outer, &sink);
	if (!e->layer)
		return;
	e->next = shared->opening;
	e->link = &shared->opening;
	if (e->next)
		e->next->link = &e->next;
	shared->opening = e;
}

void encrypted_push(struct session *s, const struct chunk *chunk)
{
	/* TLS inside TLS stays closed. */
	if (!s->inside)
		encrypted_wire(s, chunk);
}

void encrypted_wire(struct session *s, const struct chunk *chunk)
{
	struct encrypted *e = state_of(s);

	if (e && !e->handshake) {
		e->handshake = tls_handshake_create();
		if (e->handshake)
			begin_layer(s);
	}
	if (!e || !e->handshake)
		return;
	tls_handshake_push(e->handshake, chunk);
	keep_facts(s);
	note_alert(s);
	if (e->layer)
		tls_layer_chunk(e->layer, chunk);
}

bool encrypted_event(struct session *s, const struct flow_event *event)
{
	if (!s->encrypted || !s->encrypted->layer)
		return false;
	tls_layer_event(s->encrypted->layer, event);
	return true;
}

void encrypted_view(struct session *s, const struct flow *view)
{
	s->outer = view;
	if (s->encrypted && s->encrypted->layer)
		tls_layer_flow(s->encrypted->layer, view);
	if (!s->inside)
		on_view(s, view);
}

void encrypted_flush(struct smtp_shared *shared, tstamp now)
{
	for (struct encrypted *e = shared->opening; e; e = e->next)
		tls_layer_flush(e->layer, now);
}

void encrypted_end(struct session *s)
{
	static const char *const words[] = { [TLS_OPENED] = NULL,
					     [TLS_SEALED_NO_KEY] = "no-key",
					     [TLS_SEALED_SUITE] = "suite-not-supported",
					     [TLS_SEALED_PLACE] = "place-lost",
					     [TLS_SEALED_MIDSTREAM] = "capture-began-later",
					     [TLS_SEALED_WRONG_KEY] = "key-does-not-fit" };
	const struct encrypted *e = s->encrypted;

	if (!e || !e->handshake)
		return;
	if (e->layer) {
		tls_layer_end(e->layer);
		s->facts.tls.sealed = words[tls_layer_sealed(e->layer)];
	} else if (tls_handshake_complete(e->handshake)) {
		s->facts.tls.sealed =
		    words[e->handshake->client_hello_seen ? TLS_SEALED_NO_KEY : TLS_SEALED_MIDSTREAM];
	}
	if (s->inside && s->facts.tls.sealed)
		s->facts.visibility |= VISIBILITY_ENCRYPTED;
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
	struct encrypted *e = s->encrypted;

	if (!e)
		return;
	if (e->layer) {
		*e->link = e->next;
		if (e->next)
			e->next->link = e->link;
	}
	tls_layer_destroy(e->layer);
	tls_handshake_destroy(e->handshake);
	free(e);
}
