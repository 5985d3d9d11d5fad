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
	return pairing_head(s->pairing) ? answer_find(s, reply) : found;
}

static void take_reply(struct session *s, const struct reply *reply)
{
	const struct pairing_result found = find(s, reply);
	struct answered answered;

	s->progress.answering = true;
	answered = answer_reply(s, reply, &found);
	s->progress.answering = false;
	if (answered.answers == ANSWERS_UNSEEN)
		client_asked_unseen(s->client, reply->code);
	if (!answered.completed)
		return;
	client_answered(s->client, answered.start, reply->code);
	if (!pairing_open(s->pairing))
		transaction_idle(s->transaction);
}

static void on_reply(void *context, const struct reply *reply)
{
	struct session *s = context;

	if (s->facts.protocol == PROTOCOL_NONE || s->facts.protocol == PROTOCOL_OTHER)
		s->facts.protocol = PROTOCOL_SMTP;
	if (answer_is_greeting(s, reply))
		answer_greeting(s, reply);
	else
		take_reply(s, reply);
	/* It may be continued after all: draw no conclusions from what is paired next. */
	if (reply->flags & REPLY_ASSUMED_END)
		doubt_add(&s->doubt, DOUBT_REPLY_END);
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

	if (s->facts.protocol == PROTOCOL_NONE)
		s->facts.protocol = PROTOCOL_OTHER;
	echo_hide_line(&s->secrets, line);
	feed_emit(&s->feed, &event);
}

static struct client_reader *create_client(struct session *s)
{
	const struct client_links links = { .facts = &s->facts,
					    .progress = &s->progress,
					    .doubt = &s->doubt,
					    .secrets = &s->secrets,
					    .feed = &s->feed,
					    .pairing = s->pairing,
					    .server = s->server,
					    .transaction = s->transaction,
					    .encrypted = &s->encrypted,
					    .overlong = &s->overlong,
					    .max_hold = s->shared->max_hold };

	return client_create(&links);
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
	s->progress.lmtp = s->facts.flow->server.port == LMTP_PORT;
	s->pairing = pairing_create(&s->doubt, s->shared->places);
	s->server = server_create(&s->shared->replies, s);
	s->encrypted = (struct encrypted){ .shared = &s->shared->encrypted, .session = s };
	s->transaction = transaction_create(&s->facts, &s->progress, &s->feed, s->shared->patterns);
	if (s->pairing && s->server && s->transaction)
		s->client = create_client(s);
	if (!s->client)
		return false;
	s->feed = (struct feed){ .sink = &s->shared->sink,
				 .facts = &s->facts,
				 .progress = &s->progress,
				 .client_state = client_state(s->client),
				 .doubt = &s->doubt,
				 .pairing = s->pairing };
	return true;
}

void turns_finish(struct session *s)
{
	overlong_forget(&s->overlong, s->pairing);
	client_destroy(s->client);
	server_destroy(s->server);
	pairing_destroy(s->pairing);
	transaction_destroy(s->transaction);
	encrypted_finish(&s->encrypted);
	effect_finish(s);
}

static void note_turn(struct session *s, const struct chunk *chunk)
{
	struct turn *t = &s->turn;
	tstamp now = chunk->sent.time;

	t->silence = t->last_payload == TSTAMP_NONE ? -1 : now > t->last_payload ? now - t->last_payload : 0;
	if (s->speaker == DIR_SERVER)
		t->server_spoke = t->last_payload;
	if (chunk->direction == DIR_CLIENT) {
		s->facts.client_pause = s->facts.client_spoke == TSTAMP_NONE ? 0 : now - s->facts.client_spoke;
		s->facts.client_spoke = now;
	}
	t->last_payload = now;
	s->speaker = chunk->direction;
}

/* Not inlined: the event would take room on the stack of every chunk. */
__attribute__((noinline)) static void note_gap(struct session *s, const struct chunk *chunk)
{
	struct smtp_event event = { .kind = SMTP_GAP,
				    .frame = chunk->frame,
				    .direction = chunk->direction,
				    .offset = chunk->offset,
				    .length = chunk->length };

	s->facts.visibility |= chunk->cut ? VISIBILITY_TRUNCATED_PACKETS : VISIBILITY_GAP;
	doubt_add(&s->doubt, DOUBT_CAPTURE);
	feed_emit(&s->feed, &event);
}

static bool begins_tls(const struct chunk *chunk)
{
	return !chunk->gap && tls_starts(span_of(chunk->bytes, (size_t)chunk->length));
}

/* The first bytes of the server. Returns whether they are TLS, which needs no STARTTLS. */
static bool opens_with_tls(struct session *s, const struct chunk *chunk)
{
	bool tls = begins_tls(chunk), inside = s->progress.inside;

	if (tls) {
		s->facts.protocol = PROTOCOL_TLS;
		if (session_tls(&s->facts)->mode == TLS_NONE)
			session_facts_set_tls_mode(&s->facts, TLS_IMPLICIT);
	}
	client_server_speaks(s->client, tls);
	/* What was held of the client may have been opened. */
	if (s->progress.inside && !inside)
		encrypted_wire(&s->encrypted, chunk);
	else if (tls)
		encrypted_server_begins(&s->encrypted, chunk);
	return tls;
}

/* Bytes of the server before |end| are missing. */
static void lose_server_bytes(struct session *s, uint64_t end, bool at_boundary)
{
	client_server_gap(s->client);
	pairing_server_loss(s->pairing, end, at_boundary);
}

static void take_server_chunk(struct session *s, const struct chunk *chunk)
{
	bool first = server_begins(s->server);

	if (s->progress.server_tls) {
		encrypted_push(&s->encrypted, chunk);
		return;
	}
	if (first && !chunk->gap && opens_with_tls(s, chunk))
		return;
	/* 220 to STARTTLS without a line end: what follows does not belong to it. */
	if (*s->feed.client_state == CLIENT_STARTTLS_ASKED && begins_tls(chunk))
		server_end_line(s->server);
	/* No reply begins like that: STARTTLS, or its 220, was lost. */
	if (server_is_idle(s->server) &&
	    (begins_tls(chunk) || (chunk->gap && encrypted_server_is_due(&s->encrypted)))) {
		encrypted_server_begins(&s->encrypted, chunk);
		return;
	}
	/* It has received the client's hello, and answers in plain text. */
	if (encrypted_server_is_due(&s->encrypted) && *s->feed.client_state == CLIENT_TLS &&
	    encrypted_hello_received(&s->encrypted, chunk->acked_known, chunk->peer_acked)) {
		encrypted_called_off(&s->encrypted);
		encrypted_note_plaintext(&s->encrypted, chunk);
	}
	/* The answer to the SYN was lost, and unknown data with it. */
	if (first && !chunk->gap && s->facts.flow->opened != FLOW_MIDSTREAM && !flow_from_start(s->facts.flow)) {
		s->facts.visibility |= VISIBILITY_GAP;
		doubt_add(&s->doubt, DOUBT_CAPTURE);
		lose_server_bytes(s, chunk->offset, true);
	}
	if (chunk->gap) {
		lose_server_bytes(s, chunk->offset + chunk->length, server_is_idle(s->server));
		client_doubt_gap(s->client);
	}
	if (server_is_idle(s->server)) {
		s->turn.reply_silence = s->turn.silence;
		s->turn.server_silence =
		    s->turn.server_spoke == TSTAMP_NONE ? -1 : chunk->sent.time - s->turn.server_spoke;
	}
	server_read(s->server, chunk);
}

static void take_client_chunk(struct session *s, const struct chunk *chunk)
{
	/* The client continues from what it has acknowledged: a reply cut by a gap will not grow further. */
	server_interrupt(s->server);
	client_goes_on(s->client);
	if (client_may_end_reply(s->client, chunk) && server_mark(s->server, chunk->peer_acked, chunk->offset))
		client_await_reply_end(s->client);
	client_push(s->client, chunk);
}

void turns_push(struct session *s, const struct chunk *chunk)
{
	if (!chunk->gap)
		note_turn(s, chunk);
	else if (*s->feed.client_state != CLIENT_TLS && !s->progress.server_tls)
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
	if (server_end(s->server, complete))
		client_server_ended(s->client);
}

void turns_give_up(struct session *s)
{
	while (pairing_head(s->pairing)) {
		struct place *place = pairing_pop(s->pairing);
		uint64_t start = place->start;
		bool loss = place->loss;

		transaction_give_up(s->transaction, place);
		pairing_release(s->pairing, place);
		if (!loss)
			client_unanswered(s->client, start);
	}
	transaction_end(s->transaction);
}
