/* SPDX-License-Identifier: BSD-2-Clause */
#include "turns.h"

#include "answer.h"
#include "client.h"
#include "echo.h"
#include "effect.h"
#include "encrypted.h"
#include "feed.h"
#include "overlong.h"
#include "server.h"
#include "session.h"
#include "tls_start.h"
#include "transaction.h"

#include <stdlib.h>

/* Returns what |reply| answers, once all commands have been read that its arrival proves to be commands. */
static struct pairing_result find(struct session *s, const struct reply *reply)
{
	struct pairing_result found;

	client_settle(s->client, reply, s->turn.reply_silence);
	found = answer_find(s, reply);
	if (found.answers != ANSWERS_NONE || found.crossed || !client_lax_end_explains(s->client, reply))
		return found;
	client_read_lax_end(s->client, reply);
	return pairing_head(s->parts.pairing) ? answer_find(s, reply) : found;
}

static void take_reply(struct session *s, const struct reply *reply)
{
	const struct pairing_result found = find(s, reply);
	struct answered answered;

	s->parts.progress.answering = true;
	answered = answer_reply(s, reply, &found);
	s->parts.progress.answering = false;
	if (answered.answers == ANSWERS_UNSEEN)
		client_asked_unseen(s->client, reply->code);
	if (!answered.completed)
		return;
	client_answered(s->client, answered.start, reply->code);
	if (!pairing_open(s->parts.pairing))
		transaction_idle(s->parts.transaction);
}

static void on_reply(void *context, const struct reply *reply)
{
	struct session *s = context;

	if (s->parts.facts.protocol == PROTOCOL_NONE || s->parts.facts.protocol == PROTOCOL_OTHER)
		s->parts.facts.protocol = PROTOCOL_SMTP;
	if (answer_is_greeting(s, reply))
		answer_greeting(s, reply);
	else
		take_reply(s, reply);
	/* It may be continued after all: draw no conclusions from what is paired next. */
	if (reply->flags & REPLY_ASSUMED_END)
		doubt_add(&s->parts.doubt, DOUBT_REPLY_END);
	client_reply_ended(s->client);
}

static void on_not_reply(void *context, struct span line, const struct frame_ref *frame, uint64_t offset)
{
	struct session *s = context;
	struct smtp_event event = { .kind = SMTP_NOT_REPLY,
				    .frame = *frame,
				    .line = line,
				    .offset = offset,
				    .direction = DIR_SERVER,
				    .length = line.length };

	if (s->parts.facts.protocol == PROTOCOL_NONE)
		s->parts.facts.protocol = PROTOCOL_OTHER;
	echo_hide_line(&s->parts.secrets, line);
	feed_emit(&s->feed, &event);
}

struct reply_parser_sink turns_reply_sink(void)
{
	return (struct reply_parser_sink){ .reply = on_reply, .not_reply = on_not_reply };
}

bool turns_init(struct session *s)
{
	s->turn = (struct turn){ .last_payload = TSTAMP_NONE,
				 .server_spoke = TSTAMP_NONE,
				 .silence = -1,
				 .reply_silence = -1,
				 .server_silence = -1 };
	/* Until a greeting or a hello says otherwise. */
	s->parts.progress.lmtp = s->parts.facts.flow->server.port == LMTP_PORT;
	s->parts.pairing = pairing_create(&s->parts.doubt, s->shared->places);
	s->parts.server = server_create(&s->shared->replies, s);
	s->parts.encrypted = (struct encrypted){ .shared = &s->shared->encrypted, .session = s };
	s->parts.transaction =
	    transaction_create(&s->parts.facts, &s->parts.progress, &s->feed, s->shared->patterns);
	if (s->parts.pairing && s->parts.server && s->parts.transaction)
		s->client = client_create(&s->parts, &s->feed, s->shared->max_hold);
	if (!s->client)
		return false;
	s->feed = (struct feed){ .sink = &s->shared->sink,
				 .facts = &s->parts.facts,
				 .progress = &s->parts.progress,
				 .client_state = client_state(s->client),
				 .doubt = &s->parts.doubt,
				 .pairing = s->parts.pairing };
	return true;
}

void turns_finish(struct session *s)
{
	overlong_forget(&s->parts.overlong, s->parts.pairing);
	client_destroy(s->client);
	server_destroy(s->parts.server);
	pairing_destroy(s->parts.pairing);
	transaction_destroy(s->parts.transaction);
	encrypted_finish(&s->parts.encrypted);
	effect_finish(s);
}

static void note_turn(struct session *s, const struct chunk *chunk)
{
	struct turn *t = &s->turn;
	tstamp now = chunk->sent.time;

	t->silence = t->last_payload == TSTAMP_NONE ? -1 : now > t->last_payload ? now - t->last_payload : 0;
	if (s->parts.progress.speaker == DIR_SERVER)
		t->server_spoke = t->last_payload;
	if (chunk->direction == DIR_CLIENT) {
		s->parts.facts.client_pause =
		    s->parts.facts.client_spoke == TSTAMP_NONE ? 0 : now - s->parts.facts.client_spoke;
		s->parts.facts.client_spoke = now;
	}
	t->last_payload = now;
	s->parts.progress.speaker = chunk->direction;
}

/* Not inlined: the event would take room on the stack of every chunk. */
__attribute__((noinline)) static void note_gap(struct session *s, const struct chunk *chunk)
{
	struct smtp_event event = { .kind = SMTP_GAP,
				    .frame = chunk->frame,
				    .direction = chunk->direction,
				    .offset = chunk->offset,
				    .length = chunk->length };

	s->parts.facts.visibility |= chunk->cut ? VISIBILITY_TRUNCATED_PACKETS : VISIBILITY_GAP;
	doubt_add(&s->parts.doubt, DOUBT_CAPTURE);
	feed_emit(&s->feed, &event);
}

static bool begins_tls(const struct chunk *chunk)
{
	return !chunk->gap && tls_starts(span_of(chunk->bytes, (size_t)chunk->length));
}

/* The first bytes of the server. Returns whether they are TLS, which needs no STARTTLS. */
static bool opens_with_tls(struct session *s, const struct chunk *chunk)
{
	bool tls = begins_tls(chunk), inside = s->parts.progress.inside;

	if (tls) {
		s->parts.facts.protocol = PROTOCOL_TLS;
		if (session_tls(&s->parts.facts)->mode == TLS_NONE)
			session_facts_set_tls_mode(&s->parts.facts, TLS_IMPLICIT);
	}
	client_server_speaks(s->client, tls);
	/* What was held of the client may have been opened. */
	if (s->parts.progress.inside && !inside)
		encrypted_wire(&s->parts.encrypted, chunk);
	else if (tls)
		encrypted_server_begins(&s->parts.encrypted, chunk);
	return tls;
}

/* Bytes of the server before |end| are missing. */
static void lose_server_bytes(struct session *s, uint64_t end, bool at_boundary)
{
	client_server_gap(s->client);
	pairing_server_loss(s->parts.pairing, end, at_boundary);
}

static void take_server_chunk(struct session *s, const struct chunk *chunk)
{
	bool first = server_begins(s->parts.server);

	if (s->parts.progress.server_tls) {
		encrypted_push(&s->parts.encrypted, chunk);
		return;
	}
	if (first && !chunk->gap && opens_with_tls(s, chunk))
		return;
	/* 220 to STARTTLS without a line end: what follows does not belong to it. */
	if (*s->feed.client_state == CLIENT_STARTTLS_ASKED && begins_tls(chunk))
		server_end_line(s->parts.server);
	/* No reply begins like that: STARTTLS, or its 220, was lost. */
	if (server_is_idle(s->parts.server) &&
	    (begins_tls(chunk) || (chunk->gap && encrypted_server_is_due(&s->parts.encrypted)))) {
		encrypted_server_begins(&s->parts.encrypted, chunk);
		return;
	}
	/* It has received the client's hello, and answers in plain text. */
	if (encrypted_server_is_due(&s->parts.encrypted) && *s->feed.client_state == CLIENT_TLS &&
	    encrypted_hello_received(&s->parts.encrypted, chunk->acked_known, chunk->peer_acked)) {
		encrypted_called_off(&s->parts.encrypted);
		encrypted_note_plaintext(&s->parts.encrypted, chunk);
	}
	/* The answer to the SYN was lost, and unknown data with it. */
	if (first && !chunk->gap && s->parts.facts.flow->opened != FLOW_MIDSTREAM &&
	    !flow_from_start(s->parts.facts.flow)) {
		s->parts.facts.visibility |= VISIBILITY_GAP;
		doubt_add(&s->parts.doubt, DOUBT_CAPTURE);
		lose_server_bytes(s, chunk->offset, true);
	}
	if (chunk->gap) {
		lose_server_bytes(s, chunk->offset + chunk->length, server_is_idle(s->parts.server));
		client_doubt_gap(s->client);
	}
	if (server_is_idle(s->parts.server)) {
		s->turn.reply_silence = s->turn.silence;
		s->turn.server_silence =
		    s->turn.server_spoke == TSTAMP_NONE ? -1 : chunk->sent.time - s->turn.server_spoke;
	}
	server_read(s->parts.server, chunk);
}

static void take_client_chunk(struct session *s, const struct chunk *chunk)
{
	/* The client continues from what it has acknowledged: a reply cut by a gap will not grow further. */
	server_interrupt(s->parts.server);
	client_goes_on(s->client);
	if (client_may_end_reply(s->client, chunk) &&
	    server_mark(s->parts.server, chunk->peer_acked, chunk->offset))
		client_await_reply_end(s->client);
	client_push(s->client, chunk);
}

void turns_push(struct session *s, const struct chunk *chunk)
{
	if (!chunk->gap)
		note_turn(s, chunk);
	else if (*s->feed.client_state != CLIENT_TLS && !s->parts.progress.server_tls)
		note_gap(s, chunk);
	if (chunk->direction == DIR_SERVER)
		take_server_chunk(s, chunk);
	else
		take_client_chunk(s, chunk);
}

void turns_client_ends(struct session *s)
{
	client_end(s->client);
}

void turns_server_ends(struct session *s, bool complete)
{
	if (server_end(s->parts.server, complete))
		client_server_ended(s->client);
}

void turns_give_up(struct session *s)
{
	while (pairing_head(s->parts.pairing)) {
		struct place *place = pairing_pop(s->parts.pairing);
		uint64_t start = place->start;
		bool loss = place->loss;

		transaction_give_up(s->parts.transaction, place);
		pairing_release(s->parts.pairing, place);
		if (!loss)
			client_unanswered(s->client, start);
	}
	transaction_end(s->parts.transaction);
}
