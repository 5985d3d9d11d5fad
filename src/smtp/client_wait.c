/* SPDX-License-Identifier: BSD-2-Clause */
#include "client_wait.h"

#include "client_command.h"
#include "client_read.h"
#include "client_reader.h"
#include "command_parser.h"
#include "encrypted.h"
#include "feed.h"
#include "session.h"
#include "tls_start.h"
#include "transaction.h"

#include <stdlib.h>

struct span client_held_line(const struct client_reader *c)
{
	const struct held *held = c->hold.head;
	struct span bytes;
	const uint8_t *lf;

	while (held && held->chunk.gap)
		held = held->next;
	if (!held)
		return (struct span){ 0 };
	bytes = span_of(held->chunk.bytes, (size_t)held->chunk.length);
	lf = memchr(bytes.at, '\n', bytes.length);
	if (lf)
		bytes.length = (size_t)(lf - bytes.at);
	while (bytes.length && bytes.at[bytes.length - 1] == '\r')
		bytes.length--;
	return bytes;
}

void client_resolve(struct session *s, enum client_state state, bool assumed)
{
	struct client_reader *c = s->client;
	struct hold rest = c->hold;
	struct held *held;

	c->hold = (struct hold){ 0 };
	s->client_state = state;
	c->assumed = assumed;
	while (!client_state_holds(s->client_state) && (held = hold_pop(&rest))) {
		client_read(s, &held->chunk);
		free(held);
	}
	/* If a state was entered that holds bytes again, it held its own rest first. */
	hold_prepend(&rest, &c->hold);
	c->hold = rest;
}

void client_resolve_in_body(struct session *s, bool assumed)
{
	s->client->body_goes_on = true;
	client_resolve(s, CLIENT_BODY, assumed);
	s->client->body_goes_on = false;
}

void client_begin_body(struct session *s, bool assumed)
{
	struct client_reader *c = s->client;

	body_begin(&c->body);
	c->body_start = c->hold.head ? c->hold.head->chunk.offset : 0;
	client_forget_suspicion(c);
	if (transaction_is_open(s) || assumed)
		transaction_text_begins(s);
	client_resolve(s, CLIENT_BODY, assumed);
}

void client_begin_rest_of_body(struct session *s)
{
	struct client_reader *c = s->client;

	body_begin(&c->body);
	body_gap(&c->body, 0);
	c->body_start = c->hold.head ? c->hold.head->chunk.offset : 0;
	client_forget_suspicion(c);
	transaction_text_begins(s);
	client_resolve(s, CLIENT_BODY, true);
}

void client_begin_chunk(struct session *s, bool assumed)
{
	struct client_reader *c = s->client;

	c->chunk_left = c->chunk_size;
	client_resolve(s, c->chunk_left ? CLIENT_CHUNK : CLIENT_COMMANDS, assumed);
}

void client_begin_tls(struct session *s, const struct chunk *first)
{
	struct smtp_event event = { .kind = SMTP_TLS, .frame = s->client->frame };
	void (*push)(struct session * s, const struct chunk *chunk) =
	    s->inside ? encrypted_push : encrypted_wire;
	struct hold rest;
	struct held *held;

	s->client_state = CLIENT_TLS;
	encrypted_client_begins(s);
	feed_emit(s, &event);
	if (!first && s->client->hold.head)
		first = &s->client->hold.head->chunk;
	if (!first)
		return;
	encrypted_client_starts_at(s, first->offset);
	/* What is opened meanwhile may have to wait, too. */
	rest = s->client->hold;
	s->client->hold = (struct hold){ 0 };
	if (!rest.head || first != &rest.head->chunk)
		push(s, first);
	while ((held = hold_pop(&rest))) {
		push(s, &held->chunk);
		free(held);
	}
}

void client_resolve_proxy(struct session *s, enum client_proxy_verdict verdict)
{
	struct client_reader *c = s->client;

	if (verdict == CLIENT_PROXY_OPEN)
		return;
	if (verdict == CLIENT_PROXY_TAKEN) {
		client_proxy_take(s);
		/* Behind it a client may go on with TLS before any word, as it may without a header. */
		if (!s->greeting_done && c->hold.head && !c->hold.head->chunk.gap &&
		    tls_starts(span_of(c->hold.head->chunk.bytes, (size_t)c->hold.head->chunk.length))) {
			client_wait(s, CLIENT_START, c->hold.head->chunk.offset);
			return;
		}
	}
	client_resolve(s, CLIENT_COMMANDS, false);
}

void client_check_tls_begin(struct session *s, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	struct hold first = { 0 };

	if (chunk->gap || tls_starts(bytes) || (bytes.length && bytes.at[0] >= 0x80)) {
		client_begin_tls(s, chunk);
	} else if (!encrypted_seen_agreed(s, chunk)) {
		client_note_injection(s, chunk);
	} else {
		encrypted_note_plaintext(s, chunk);
		encrypted_called_off(s);
		/* It goes before what is still held. */
		hold_push(&first, chunk);
		hold_prepend(&s->client->hold, &first);
		client_resolve(s, CLIENT_COMMANDS, false);
	}
}

/* ---- one function a state: the reply it waited for has come ---- */

static void data_answered(struct session *s, unsigned code)
{
	if (code >= 300 && code < 400) {
		client_begin_body(s, false);
		return;
	}
	s->client->stray_text = code >= 400;
	client_resolve(s, CLIENT_COMMANDS, false);
}

static void bdat_answered(struct session *s, unsigned code)
{
	if (code < 400)
		client_begin_chunk(s, false);
	else
		s->client_state = CLIENT_BDAT_REFUSED;
}

static void auth_answered(struct session *s, unsigned code)
{
	if (code == 334) {
		client_resolve(s, CLIENT_AUTH, false);
		return;
	}
	s->client->auth_refused = code >= 400;
	client_resolve(s, CLIENT_COMMANDS, false);
}

static void starttls_answered(struct session *s, unsigned code)
{
	struct client_reader *c = s->client;

	if (code != 220) {
		client_resolve(s, CLIENT_COMMANDS, false);
		return;
	}
	s->client_state = CLIENT_TLS_BEGIN;
	while (c->hold.head && s->client_state == CLIENT_TLS_BEGIN) {
		struct held *held = hold_pop(&c->hold);

		client_check_tls_begin(s, &held->chunk);
		free(held);
	}
}

/* ---- one function a state: what decides was not seen and will not be ---- */

static bool holds_command(const struct client_reader *c)
{
	struct span line = client_held_line(c);

	return line.length && command_looks_like_one(line);
}

static void data_unseen(struct session *s)
{
	if (holds_command(s->client))
		client_resolve(s, CLIENT_COMMANDS, true);
	else
		client_begin_body(s, true);
}

static void bdat_unseen(struct session *s)
{
	client_begin_chunk(s, true);
}

static void auth_unseen(struct session *s)
{
	struct client_reader *c = s->client;

	client_resolve(s, holds_command(c) || !c->hold.head ? CLIENT_COMMANDS : CLIENT_AUTH, true);
}

static void starttls_unseen(struct session *s)
{
	if (tls_starts(client_held_line(s->client))) {
		s->facts.tls.mode = TLS_STARTTLS;
		client_begin_tls(s, NULL);
	} else {
		client_resolve(s, CLIENT_COMMANDS, true);
	}
}

static void body_gap_unseen(struct session *s)
{
	client_resolve_in_body(s, true);
}

static void start_unseen(struct session *s)
{
	s->facts.protocol = PROTOCOL_TLS;
	client_begin_tls(s, NULL);
}

static void proxy_header_unseen(struct session *s)
{
	client_resolve_proxy(s, client_proxy_unanswered(s));
}

static void reply_end_unseen(struct session *s)
{
	client_resolve(s, CLIENT_COMMANDS, false);
}

static void midstream_unseen(struct session *s)
{
	/* No group of commands is that long. */
	if (s->client->hold.bytes > s->shared->max_hold)
		client_begin_rest_of_body(s);
	else
		client_resolve(s, CLIENT_COMMANDS, false);
}

/* The states that hold bytes. Without |answered|, the reply to a command decides nothing. */
static const struct {
	void (*answered)(struct session *s, unsigned code);
	void (*unseen)(struct session *s);
} WAITING[CLIENT_STATES] = {
	[CLIENT_DATA_ASKED] = { data_answered, data_unseen },
	[CLIENT_BDAT_ASKED] = { bdat_answered, bdat_unseen },
	[CLIENT_BDAT_REFUSED] = { NULL, bdat_unseen },
	[CLIENT_AUTH_ASKED] = { auth_answered, auth_unseen },
	[CLIENT_STARTTLS_ASKED] = { starttls_answered, starttls_unseen },
	[CLIENT_TLS_BEGIN] = { NULL, starttls_unseen },
	[CLIENT_BODY_GAP] = { NULL, body_gap_unseen },
	[CLIENT_START] = { NULL, start_unseen },
	[CLIENT_PROXY_HEADER] = { NULL, proxy_header_unseen },
	[CLIENT_REPLY_END] = { NULL, reply_end_unseen },
	[CLIENT_MIDSTREAM] = { NULL, midstream_unseen },
};

void client_wait_answered(struct session *s, unsigned code)
{
	if (WAITING[s->client_state].answered)
		WAITING[s->client_state].answered(s, code);
}

void client_resolve_unseen(struct session *s)
{
	if (WAITING[s->client_state].unseen)
		WAITING[s->client_state].unseen(s);
}

void client_bound_hold(struct session *s)
{
	const struct client_reader *c = s->client;
	size_t before = SIZE_MAX;

	while (client_state_holds(s->client_state) && c->hold.bytes < before &&
	       (c->hold.bytes > s->shared->max_hold || c->hold.count > HOLD_COUNT_MAX)) {
		before = c->hold.bytes;
		client_resolve_unseen(s);
	}
}
