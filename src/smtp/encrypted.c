/* SPDX-License-Identifier: BSD-2-Clause */
#include "encrypted.h"

#include "dialogue_progress.h"
#include "feed.h"
#include "tls_layer.h"
#include "tls_names.h"

#include <stdlib.h>

struct encrypted_state {
	struct tls_handshake *handshake;      /* the TLS filter, from its first byte on; NULL: no byte yet */
	bool server_due;		      /* the server's next byte decides whether it speaks TLS */
	uint64_t agreed_at;		      /* server offset after the 220 to STARTTLS */
	uint64_t client_start;		      /* client offset of its first byte of TLS */
	struct tls_layer *layer;	      /* opens its records; NULL: there cannot be keys */
	struct encrypted_state *next, **link; /* in the list of those with a layer */
};

static struct encrypted_parts parts_of(const struct encrypted *e)
{
	return e->shared->parts(e->session);
}

/* Most sessions never get here. Returns NULL if memory runs out. */
static struct encrypted_state *state_of(struct encrypted *e)
{
	if (!e->state)
		e->state = account_take_zeroed(parts_of(e).facts->account, 1, sizeof *e->state);
	return e->state;
}

static void note(struct encrypted *e, enum smtp_note what, enum direction direction,
		 const struct frame_ref *frame, struct span line)
{
	struct smtp_event event = {
		.kind = SMTP_NOTE, .frame = *frame, .note = what, .direction = direction, .line = line
	};

	feed_emit(parts_of(e).feed, &event);
}

static void keep_facts(struct encrypted *e)
{
	const struct tls_handshake *h = e->state->handshake;
	struct tls_facts *facts = session_facts_own_tls(parts_of(e).facts);

	if (!facts)
		return;
	facts->handshake = h;
	if (h->client_hello_seen && h->client_hello.sni[0])
		facts->sni = h->client_hello.sni;
	if (h->server_hello_seen && !h->server_hello.retry) {
		facts->version = tls_version_name(h->server_hello.version);
		facts->cipher = tls_cipher_name(h->server_hello.suite);
	}
}

static void note_alert(struct encrypted *e)
{
	struct tls_facts *facts =
	    e->state->handshake->alert.seen ? session_facts_own_tls(parts_of(e).facts) : NULL;

	if (!facts || facts->alert)
		return;
	facts->alert = tls_alert_name(e->state->handshake->alert.description);
	if (!facts->alert)
		facts->alert = "unknown";
	note(e, NOTE_TLS_ALERT, e->state->handshake->alert.sender, &e->state->handshake->alert.frame,
	     (struct span){ 0 });
}

static void on_view(void *encrypted, const struct flow *view)
{
	const struct encrypted *e = encrypted;

	parts_of(e).facts->flow = view;
}

static void on_begin(void *encrypted, const struct frame_ref *frame)
{
	struct encrypted *e = encrypted;
	struct encrypted_parts parts = parts_of(e);
	struct tls_facts *facts = session_facts_own_tls(parts.facts);

	parts.progress->inside = true;
	parts.progress->server_tls = e->state->server_due = false;
	if (facts)
		facts->decrypted = true;
	parts.facts->visibility &= ~(unsigned)VISIBILITY_ENCRYPTED;
	if (parts.facts->protocol == PROTOCOL_TLS)
		parts.facts->protocol = PROTOCOL_NONE;
	e->shared->begin(e->session);
	note(e, NOTE_TLS_OPENED, DIR_SERVER, frame, (struct span){ 0 });
}

static void on_chunk(void *encrypted, const struct chunk *chunk)
{
	const struct encrypted *e = encrypted;

	e->shared->chunk(e->session, chunk);
}

static void on_event(void *encrypted, const struct flow_event *event)
{
	const struct encrypted *e = encrypted;

	e->shared->event(e->session, event);
}

/* The handshake knows what the message says. */
static void on_message(void *encrypted, enum direction direction, uint8_t type, struct span bytes,
		       const struct frame_ref *frame)
{
	(void)direction;
	(void)type;
	(void)bytes;
	(void)frame;
	note_alert(encrypted);
}

/* Begins to open records, if there are secrets or some may come. */
static void begin_layer(struct encrypted *e)
{
	struct encrypted_shared *shared = e->shared;
	struct encrypted_state *state = e->state;
	const struct tls_layer_sink sink = { .context = e,
					     .begin = on_begin,
					     .view = on_view,
					     .chunk = on_chunk,
					     .event = on_event,
					     .message = on_message };

	if (!shared->tls || (!shared->tls->keys_may_come && !tls_keys_count(shared->tls->keys)))
		return;
	state->layer = tls_layer_create(shared->tls, state->handshake, parts_of(e).facts->flow, &sink);
	if (!state->layer)
		return;
	state->next = shared->opening;
	state->link = &shared->opening;
	if (state->next)
		state->next->link = &state->next;
	shared->opening = state;
}

void encrypted_push(struct encrypted *e, const struct chunk *chunk)
{
	/* TLS inside TLS stays closed. */
	if (!parts_of(e).progress->inside)
		encrypted_wire(e, chunk);
}

void encrypted_wire(struct encrypted *e, const struct chunk *chunk)
{
	struct encrypted_state *state = state_of(e);

	if (state && !state->handshake) {
		state->handshake = tls_handshake_create(e->shared->tls ? e->shared->tls->openssl : NULL,
							parts_of(e).facts->account);
		if (state->handshake)
			begin_layer(e);
	}
	if (!state || !state->handshake)
		return;
	tls_handshake_push(state->handshake, chunk);
	keep_facts(e);
	note_alert(e);
	if (state->layer)
		tls_layer_chunk(state->layer, chunk);
}

bool encrypted_event(struct encrypted *e, const struct flow_event *event)
{
	if (!e->state || !e->state->layer)
		return false;
	tls_layer_event(e->state->layer, event);
	return true;
}

void encrypted_view(struct encrypted *e, const struct flow *view)
{
	if (e->state && e->state->layer)
		tls_layer_flow(e->state->layer, view);
	if (!parts_of(e).progress->inside)
		on_view(e, view);
}

void encrypted_flush(struct encrypted_shared *shared, tstamp now)
{
	for (struct encrypted_state *state = shared->opening; state; state = state->next)
		tls_layer_flush(state->layer, now);
}

void encrypted_end(struct encrypted *e)
{
	static const char *const words[] = { [TLS_OPENED] = NULL,
					     [TLS_SEALED_NO_KEY] = "no-key",
					     [TLS_SEALED_SUITE] = "suite-not-supported",
					     [TLS_SEALED_PLACE] = "place-lost",
					     [TLS_SEALED_MIDSTREAM] = "capture-began-later",
					     [TLS_SEALED_LATE_KEY] = "key-came-late",
					     [TLS_SEALED_WRONG_KEY] = "key-does-not-fit" };
	const struct encrypted_state *state = e->state;
	struct encrypted_parts parts;
	enum tls_sealed_by sealed = TLS_SEALED_NO_KEY;
	struct tls_facts *facts;

	if (!state || !state->handshake)
		return;
	if (state->layer) {
		tls_layer_end(state->layer);
		sealed = tls_layer_sealed(state->layer);
	}
	/* The same words, whether keys of other connections were given or none. */
	if (sealed == TLS_SEALED_NO_KEY || sealed == TLS_SEALED_SUITE || sealed == TLS_SEALED_MIDSTREAM)
		sealed = tls_sealed_without_keys(state->handshake);
	parts = parts_of(e);
	facts = session_facts_own_tls(parts.facts);
	if (facts)
		facts->sealed = words[sealed];
	if (parts.progress->inside && words[sealed])
		parts.facts->visibility |= VISIBILITY_ENCRYPTED;
}

bool encrypted_never_began(const struct encrypted *e)
{
	return e->state && e->state->handshake && tls_handshake_broken_off(e->state->handshake) &&
	       parts_of(e).facts->flow->closed != FLOW_OPEN;
}

void encrypted_note_plaintext(struct encrypted *e, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	const uint8_t *end = bytes.length ? memchr(bytes.at, '\r', bytes.length) : NULL;

	if (!bytes.length)
		return;
	note(e, NOTE_PLAINTEXT_FOR_TLS, chunk->direction, &chunk->frame,
	     span_first(bytes, end ? (size_t)(end - bytes.at) : COMMAND_LINE_KEPT));
}

void encrypted_agreed(struct encrypted *e, uint64_t end)
{
	struct encrypted_state *state = state_of(e);

	session_facts_set_tls_mode(parts_of(e).facts, TLS_STARTTLS);
	if (!state)
		return;
	state->agreed_at = end;
	state->server_due = true;
}

void encrypted_client_begins(struct encrypted *e)
{
	struct session_facts *facts = parts_of(e).facts;
	struct encrypted_state *state = state_of(e);

	facts->visibility |= VISIBILITY_ENCRYPTED;
	if (session_tls(facts)->mode == TLS_NONE)
		session_facts_set_tls_mode(facts, TLS_IMPLICIT);
	if (state)
		state->server_due = true;
}

void encrypted_client_starts_at(struct encrypted *e, uint64_t offset)
{
	if (e->state)
		e->state->client_start = offset;
}

void encrypted_server_begins(struct encrypted *e, const struct chunk *chunk)
{
	struct encrypted_parts parts = parts_of(e);

	parts.progress->server_tls = true;
	parts.facts->visibility |= VISIBILITY_ENCRYPTED;
	encrypted_push(e, chunk);
}

bool encrypted_server_is_due(const struct encrypted *e)
{
	return e->state && e->state->server_due;
}

void encrypted_called_off(struct encrypted *e)
{
	if (e->state)
		e->state->server_due = false;
}

bool encrypted_seen_agreed(const struct encrypted *e, const struct chunk *chunk)
{
	return !chunk->acked_known || !e->state || chunk->peer_acked >= e->state->agreed_at;
}

bool encrypted_hello_received(const struct encrypted *e, bool acked_known, uint64_t acked)
{
	return acked_known && acked > (e->state ? e->state->client_start : 0);
}

void encrypted_finish(struct encrypted *e)
{
	struct encrypted_state *state = e->state;

	if (!state)
		return;
	if (state->layer) {
		*state->link = state->next;
		if (state->next)
			state->next->link = state->link;
	}
	tls_layer_destroy(state->layer);
	tls_handshake_destroy(state->handshake);
	account_free(parts_of(e).facts->account, state);
}
