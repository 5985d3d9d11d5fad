/* SPDX-License-Identifier: BSD-2-Clause */
#include "client_wait.h"

#include "client_command.h"
#include "client_read.h"
#include "client_reader.h"
#include "command_parser.h"
#include "dialogue_progress.h"
#include "encrypted.h"
#include "feed.h"
#include "session_facts.h"
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

void client_resolve(struct client_reader *c, enum client_state state, bool assumed)
{
	struct hold rest = c->hold;
	struct held *held;

	c->hold = (struct hold){ 0 };
	c->state = state;
	c->assumed = assumed;
	while (!client_state_holds(c->state) && (held = hold_pop(&rest))) {
		client_read(c, &held->chunk);
		account_free(c->parts->facts.account, held);
	}
	/* If a state was entered that holds bytes again, it held its own rest first. */
	hold_prepend(&rest, &c->hold);
	c->hold = rest;
}

void client_resolve_in_body(struct client_reader *c, bool assumed)
{
	c->body_goes_on = true;
	client_resolve(c, CLIENT_BODY, assumed);
	c->body_goes_on = false;
}

void client_begin_body(struct client_reader *c, bool assumed)
{

	body_begin(&c->body);
	c->body_start = c->hold.head ? c->hold.head->chunk.offset : 0;
	client_forget_suspicion(c);
	if (transaction_is_open(c->parts->transaction) || assumed)
		transaction_text_begins(c->parts->transaction);
	client_resolve(c, CLIENT_BODY, assumed);
}

void client_begin_rest_of_body(struct client_reader *c)
{

	body_begin(&c->body);
	body_gap(&c->body, 0, false);
	c->body_start = c->hold.head ? c->hold.head->chunk.offset : 0;
	client_forget_suspicion(c);
	transaction_text_begins(c->parts->transaction);
	client_resolve(c, CLIENT_BODY, true);
}

void client_begin_chunk(struct client_reader *c, bool assumed)
{

	c->chunk_left = c->chunk_size;
	client_resolve(c, c->chunk_left ? CLIENT_CHUNK : CLIENT_COMMANDS, assumed);
}

void client_begin_tls(struct client_reader *c, const struct chunk *first)
{
	struct smtp_event event = { .kind = SMTP_TLS, .frame = c->frame };
	void (*push)(struct encrypted * e, const struct chunk *chunk) =
	    c->parts->progress.inside ? encrypted_push : encrypted_wire;
	struct hold rest;
	struct held *held;

	c->state = CLIENT_TLS;
	encrypted_client_begins(&c->parts->encrypted);
	feed_emit(c->feed, &event);
	if (!first && c->hold.head)
		first = &c->hold.head->chunk;
	if (!first)
		return;
	encrypted_client_starts_at(&c->parts->encrypted, first->offset);
	/* What is opened meanwhile may have to wait, too. */
	rest = c->hold;
	c->hold = (struct hold){ 0 };
	if (!rest.head || first != &rest.head->chunk)
		push(&c->parts->encrypted, first);
	while ((held = hold_pop(&rest))) {
		push(&c->parts->encrypted, &held->chunk);
		account_free(c->parts->facts.account, held);
	}
}

void client_resolve_proxy(struct client_reader *c, enum client_proxy_verdict verdict)
{

	if (verdict == CLIENT_PROXY_OPEN)
		return;
	if (verdict == CLIENT_PROXY_TAKEN) {
		client_proxy_take(c);
		/* Behind it a client may go on with TLS before any word, as it may without a header. */
		if (!c->parts->progress.greeting_done && c->hold.head && !c->hold.head->chunk.gap &&
		    tls_starts(span_of(c->hold.head->chunk.bytes, (size_t)c->hold.head->chunk.length))) {
			client_wait(c, CLIENT_START, c->hold.head->chunk.offset);
			return;
		}
	}
	client_resolve(c, CLIENT_COMMANDS, false);
}

void client_check_tls_begin(struct client_reader *c, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	struct hold first = { 0 };

	if (chunk->gap || tls_starts(bytes) || (bytes.length && bytes.at[0] >= 0x80)) {
		client_begin_tls(c, chunk);
	} else if (!encrypted_seen_agreed(&c->parts->encrypted, chunk)) {
		client_note_injection(c, chunk);
	} else {
		encrypted_note_plaintext(&c->parts->encrypted, chunk);
		encrypted_called_off(&c->parts->encrypted);
		/* It goes before what is still held. */
		hold_push(&first, chunk, c->parts->facts.account);
		hold_prepend(&c->hold, &first);
		client_resolve(c, CLIENT_COMMANDS, false);
	}
}

/* ---- one function a state: the reply it waited for has come ---- */

static void data_answered(struct client_reader *c, unsigned code)
{
	if (code >= 300 && code < 400) {
		client_begin_body(c, false);
		return;
	}
	c->stray_text = code >= 400;
	client_resolve(c, CLIENT_COMMANDS, false);
}

static void bdat_answered(struct client_reader *c, unsigned code)
{
	if (code < 400)
		client_begin_chunk(c, false);
	else
		c->state = CLIENT_BDAT_REFUSED;
}

static void auth_answered(struct client_reader *c, unsigned code)
{
	if (code == 334) {
		client_resolve(c, CLIENT_AUTH, false);
		return;
	}
	c->auth_refused = code >= 400;
	client_resolve(c, CLIENT_COMMANDS, false);
}

static void starttls_answered(struct client_reader *c, unsigned code)
{

	if (code != 220) {
		client_resolve(c, CLIENT_COMMANDS, false);
		return;
	}
	c->state = CLIENT_TLS_BEGIN;
	while (c->hold.head && c->state == CLIENT_TLS_BEGIN) {
		struct held *held = hold_pop(&c->hold);

		client_check_tls_begin(c, &held->chunk);
		account_free(c->parts->facts.account, held);
	}
}

/* ---- one function a state: what decides was not seen and will not be ---- */

static bool holds_command(const struct client_reader *c)
{
	struct span line = client_held_line(c);

	return line.length && command_looks_like_one(line);
}

static void data_unseen(struct client_reader *c)
{
	if (holds_command(c))
		client_resolve(c, CLIENT_COMMANDS, true);
	else
		client_begin_body(c, true);
}

static void bdat_unseen(struct client_reader *c)
{
	client_begin_chunk(c, true);
}

static void auth_unseen(struct client_reader *c)
{

	client_resolve(c, holds_command(c) || !c->hold.head ? CLIENT_COMMANDS : CLIENT_AUTH, true);
}

static void starttls_unseen(struct client_reader *c)
{
	if (tls_starts(client_held_line(c))) {
		session_facts_set_tls_mode(&c->parts->facts, TLS_STARTTLS);
		client_begin_tls(c, NULL);
	} else {
		client_resolve(c, CLIENT_COMMANDS, true);
	}
}

static void body_gap_unseen(struct client_reader *c)
{
	client_resolve_in_body(c, true);
}

static void start_unseen(struct client_reader *c)
{
	c->parts->facts.protocol = PROTOCOL_TLS;
	client_begin_tls(c, NULL);
}

static void proxy_header_unseen(struct client_reader *c)
{
	client_resolve_proxy(c, client_proxy_unanswered(c));
}

static void reply_end_unseen(struct client_reader *c)
{
	client_resolve(c, CLIENT_COMMANDS, false);
}

static void midstream_unseen(struct client_reader *c)
{
	/* No group of commands is that long. */
	if (c->hold.bytes > c->max_hold)
		client_begin_rest_of_body(c);
	else
		client_resolve(c, CLIENT_COMMANDS, false);
}

/* The states that hold bytes. Without |answered|, the reply to a command decides nothing. */
static const struct {
	void (*answered)(struct client_reader *c, unsigned code);
	void (*unseen)(struct client_reader *c);
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

void client_wait_answered(struct client_reader *c, unsigned code)
{
	if (WAITING[c->state].answered)
		WAITING[c->state].answered(c, code);
}

void client_resolve_unseen(struct client_reader *c)
{
	if (WAITING[c->state].unseen)
		WAITING[c->state].unseen(c);
}

void client_bound_hold(struct client_reader *c)
{
	size_t before = SIZE_MAX;

	while (client_state_holds(c->state) && c->hold.bytes < before &&
	       (c->hold.bytes > c->max_hold || c->hold.count > HOLD_COUNT_MAX)) {
		before = c->hold.bytes;
		client_resolve_unseen(c);
	}
}
