/* SPDX-License-Identifier: BSD-2-Clause */
#include "client.h"

#include "client_command.h"
#include "client_proxy.h"
#include "client_read.h"
#include "client_reader.h"
#include "client_wait.h"
#include "command_parser.h"
#include "encrypted.h"
#include "feed.h"
#include "overlong.h"
#include "server.h"
#include "session.h"
#include "tls_start.h"
#include "transaction.h"

#include <stdlib.h>

struct client_reader *client_create(void)
{
	struct client_reader *c = calloc(1, sizeof *c);

	if (c)
		buf_init(&c->line, COMMAND_LINE_KEPT);
	return c;
}

void client_destroy(struct client_reader *c)
{
	if (!c)
		return;
	buf_finish(&c->line);
	hold_clear(&c->hold);
	hold_clear(&c->suspect);
	free(c);
}

const struct command *client_newest(const struct session *s)
{
	return s->client->newest_known ? &s->client->newest : NULL;
}

const char *client_mechanism(const struct session *s)
{
	return s->client->mechanism[0] ? s->client->mechanism : NULL;
}

tstamp client_held_at(const struct session *s, uint64_t end)
{
	for (const struct held *held = s->client->hold.head; held; held = held->next)
		if (!held->chunk.gap && held->chunk.offset < end &&
		    end - held->chunk.offset <= held->chunk.length)
			return held->chunk.frame.time;
	return TSTAMP_NONE;
}

bool client_line_is_claimed(const struct session *s)
{
	return s->client->line_claimed;
}

void client_doubt_line(struct session *s)
{
	if (s->client->line_open)
		s->client->line_doubt = DOUBT_REPLY_MAY_BE_LOST;
}

/* The end of a message among held bytes, read as going on with it? */
static bool held_end_of_data(const struct client_reader *c)
{
	struct body body = c->body;

	for (const struct held *held = c->hold.head; held; held = held->next) {
		struct span bytes = span_of(held->chunk.bytes, (size_t)held->chunk.length);
		size_t used;

		if (held->chunk.gap) {
			body_gap(&body, held->chunk.length);
			continue;
		}
		while (bytes.length) {
			if (body_read(&body, bytes, &used) == BODY_END)
				return true;
			bytes = span_from(bytes, used);
		}
	}
	return false;
}

static bool awaited_reply_is_lost(const struct session *s)
{
	enum client_state state = s->client_state;

	for (const struct place *p = pairing_head(s->pairing); p; p = p->next)
		if (!p->loss && p->start == s->client->asked_at)
			return p->doubt != 0;
	return state == CLIENT_DATA_ASKED || state == CLIENT_BDAT_ASKED || state == CLIENT_AUTH_ASKED ||
	       state == CLIENT_STARTTLS_ASKED || state == CLIENT_TLS_BEGIN || state == CLIENT_PROXY_HEADER;
}

/*
 * Returns whether these are the first bytes of a client in a capture that began later, before any byte of the
 * server.
 */
static bool begins_midstream(const struct session *s, const struct chunk *chunk)
{
	const struct client_reader *c = s->client;
	const struct place *first = pairing_head(s->pairing);

	return s->flow->opened == FLOW_MIDSTREAM && !server_has_begun(s->server) &&
	       s->client_state == CLIENT_COMMANDS && !c->line_open && s->facts.command_count == 0 &&
	       !chunk->gap && first && first->before_start && !first->next;
}

/*
 * A lone dot before any reply ends a message: everything before it was text, even if it looks like commands.
 */
static void look_for_end_of_data(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = s->client;
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	size_t used;

	if (chunk->gap) {
		client_resolve(s, CLIENT_COMMANDS, false);
		return;
	}
	while (bytes.length) {
		if (body_read(&c->body, bytes, &used) == BODY_END) {
			client_begin_rest_of_body(s);
			return;
		}
		bytes = span_from(bytes, used);
	}
}

bool client_may_end_reply(const struct session *s, const struct chunk *chunk)
{
	/* TLS after an incompletely captured 220 is handled elsewhere. */
	if (chunk->gap || tls_starts(span_of(chunk->bytes, (size_t)chunk->length)))
		return false;
	return pairing_open(s->pairing) <= 1 && chunk->acked_known && !s->client->line_open &&
	       (s->client_state == CLIENT_COMMANDS || s->client_state == CLIENT_DATA_ASKED ||
		s->client_state == CLIENT_AUTH_ASKED);
}

void client_await_reply_end(struct session *s)
{
	if (!client_state_holds(s->client_state))
		client_wait(s, CLIENT_REPLY_END, UINT64_MAX);
}

void client_goes_on(struct session *s)
{
	if (s->client_state == CLIENT_MIDSTREAM && server_has_begun(s->server))
		client_resolve(s, CLIENT_COMMANDS, false);
}

void client_push(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = s->client;

	if (!client_state_holds(s->client_state) && client_proxy_begins(s, chunk))
		client_wait(s, CLIENT_PROXY_HEADER, chunk->offset);
	if (!server_has_begun(s->server) && s->client_state == CLIENT_COMMANDS && !c->line_open && !chunk->gap &&
	    s->facts.command_count == 0 && tls_starts(span_of(chunk->bytes, (size_t)chunk->length)))
		client_wait(s, CLIENT_START, chunk->offset);
	if (s->client_state == CLIENT_TLS_BEGIN) {
		client_check_tls_begin(s, chunk);
		return;
	}
	/* Lost bytes may have contained STARTTLS and its reply. */
	if (s->client_state == CLIENT_COMMANDS && !c->line_open && doubt_has(&s->doubt, DOUBT_UNSETTLED) &&
	    !chunk->gap && tls_starts(span_of(chunk->bytes, (size_t)chunk->length))) {
		s->facts.tls.mode = TLS_STARTTLS;
		c->frame = chunk->frame;
		client_begin_tls(s, chunk);
		return;
	}
	if (begins_midstream(s, chunk)) {
		client_wait(s, CLIENT_MIDSTREAM, UINT64_MAX);
		body_begin(&c->body);
		body_gap(&c->body, 0);
	}
	if (!client_state_holds(s->client_state)) {
		client_read(s, chunk);
		return;
	}
	/* The client continues after seeing what the capture lost: the reply was in the gap. */
	if (chunk->acked_known && pairing_gap_end(s->pairing) &&
	    chunk->peer_acked >= pairing_gap_end(s->pairing) && awaited_reply_is_lost(s)) {
		client_hold(s, chunk);
		client_resolve_unseen(s);
		return;
	}
	/* What follows the first piece of a TLS hello belongs to it. */
	if (s->client_state == CLIENT_STARTTLS_ASKED && !tls_starts(client_held_line(c)))
		client_note_injection(s, chunk);
	client_hold(s, chunk);
	if (s->client_state == CLIENT_MIDSTREAM)
		look_for_end_of_data(s, chunk);
	if (s->client_state == CLIENT_PROXY_HEADER)
		client_resolve_proxy(s, client_proxy_look(s));
	if (s->client_state == CLIENT_BODY_GAP && !chunk->gap && held_end_of_data(c))
		client_resolve_in_body(s, false);
	else
		client_bound_hold(s);
}

void client_answered(struct session *s, uint64_t start, unsigned code)
{
	if (s->client->asked_at == start)
		client_wait_answered(s, code);
}

void client_unanswered(struct session *s, uint64_t start)
{
	if (client_state_holds(s->client_state) && s->client->asked_at == start &&
	    s->client_state != CLIENT_BDAT_REFUSED)
		client_resolve_unseen(s);
}

/*
 * Did the client send a command behind the chunk once it had seen the refusal, with no other reply in between, and is |reply|
 * the first since? A server that reads the chunk as commands answers its lines at once, before that; so the chunk was
 * swallowed, and the reply is to the command.
 */
static bool went_on_after_refusal(const struct client_reader *c, const struct reply *reply, uint64_t chunk_end)
{
	for (const struct held *held = c->hold.head; held; held = held->next)
		if (held->chunk.offset >= chunk_end)
			return held->chunk.acked_known && held->chunk.peer_acked == reply->start &&
			       reply->acked_known && reply->peer_acked > held->chunk.offset;
	return false;
}

/* After a refused chunk: returns whether |reply| answers a line of the chunk. */
static bool chunk_read_as_commands(const struct session *s, const struct reply *reply)
{
	const struct client_reader *c = s->client;
	uint64_t chunk_end = UINT64_MAX;

	/* A 221 or 421 answers no line. */
	if (!c->hold.head || reply->code == 221 || reply->code == 421)
		return false;
	chunk_end = c->hold.head->chunk.offset + c->chunk_size;
	if (went_on_after_refusal(c, reply, chunk_end))
		return false;
	/* Nothing after the chunk had been received: only its lines can be answered. */
	if (reply->acked_known && reply->peer_acked <= chunk_end)
		return true;
	/* A command after it had been received too: only "unknown command" indicates the lines. */
	return reply->code == 500 || reply->code == 502;
}

/*
 * The end of the message was lost: the last gap that the server had acknowledged contains it, if what follows
 * looks like commands.
 */
static void end_in_gap(struct session *s, const struct reply *reply)
{
	struct client_reader *c = s->client;
	struct held *held;

	if (reply->acked_known && reply->peer_acked < c->gap_end && reply->code < 400)
		return;
	if (reply->code == 221 || reply->code == 421)
		return;
	/* Considers gaps in held bytes too: the last one contains the end. */
	for (const struct held *at = c->hold.head; at; at = at->next)
		if (at->chunk.gap &&
		    (!reply->acked_known || at->chunk.offset + at->chunk.length <= reply->peer_acked))
			c->gap_end = at->chunk.offset + at->chunk.length;
	while (c->hold.head && c->hold.head->chunk.offset < c->gap_end) {
		held = hold_pop(&c->hold);
		if (held->chunk.gap)
			body_gap(&c->body, held->chunk.length);
		else
			c->body.bytes += held->chunk.length;
		c->frame = held->chunk.frame;
		free(held);
	}
	if (c->hold.head && !command_looks_like_one(client_held_line(c)))
		return;
	client_end_of_data(s, c->gap_end, COMMAND_CUT | COMMAND_ASSUMED);
	client_resolve(s, CLIENT_COMMANDS, false);
}

/*
 * A server need not wait for the end of a line that it will not take (500 "too long", binary). A refusal of it when all of
 * it that was sent had been received answers it; the rest of the line, when it comes, belongs to it. One that reads long lines
 * in pieces may answer the first of them as if it were a whole line.
 */
static void claim_open_line(struct session *s, const struct reply *reply)
{
	struct client_reader *c = s->client;

	if ((reply->code < 500 && !overlong_is(c->line_length)) || !reply->acked_known ||
	    reply->peer_acked < c->line_start + c->line_length)
		return;
	client_take_line(s, buf_span(&c->line), COMMAND_CUT, c->line_start + c->line_length);
	buf_clear(&c->line);
	c->line_open = c->line_claimed = true;
}

void client_settle(struct session *s, const struct reply *reply)
{
	struct client_reader *c = s->client;

	if (s->client_state == CLIENT_PROXY_HEADER)
		client_resolve_proxy(s, client_proxy_replied(s, reply));
	if (s->client_state == CLIENT_MIDSTREAM)
		client_resolve(s, CLIENT_COMMANDS, false);
	if (s->client_state == CLIENT_COMMANDS && c->line_open && !c->line_claimed && c->line.length &&
	    !pairing_head(s->pairing))
		claim_open_line(s, reply);

	if (s->client_state == CLIENT_BDAT_REFUSED && c->hold.head) {
		if (chunk_read_as_commands(s, reply)) {
			c->stray_text = true;
			client_resolve(s, CLIENT_COMMANDS, false);
		} else {
			c->chunk_left = c->chunk_size;
			client_resolve(s, c->chunk_left ? CLIENT_CHUNK : CLIENT_COMMANDS, false);
		}
	} else if (s->client_state == CLIENT_BODY_GAP && !pairing_head(s->pairing)) {
		end_in_gap(s, reply);
	}
}

static void skip_line_end(struct client_reader *c)
{
	uint8_t copy[8];
	size_t length = client_lax_line_end(c, hold_head(&c->suspect, copy, sizeof copy));

	if (length)
		hold_skip(&c->suspect, c->lax_end + length);
}

bool client_lax_end_explains(const struct session *s, const struct reply *reply)
{
	const struct client_reader *c = s->client;

	/* After losses, an extra reply proves nothing. */
	if (!c->lax_end || doubt_has(&s->doubt, DOUBT_UNSETTLED) || client_state_holds(s->client_state) ||
	    reply->code == 221 || reply->code == 421)
		return false;
	/* Nothing can be read between the parts of a line. */
	if (c->line_open)
		return false;
	/* The server must have received what it answers. */
	return !reply->acked_known ||
	       reply->peer_acked >= c->lax_end + (s->client_state == CLIENT_BODY ? 0 : 1);
}

void client_read_lax_end(struct session *s, const struct reply *reply)
{
	struct client_reader *c = s->client;

	skip_line_end(c);
	feed_note(s, NOTE_LAX_END_READ, &reply->frame, c->lax_end, (struct span){ 0 });
	if (s->client_state == CLIENT_BODY) {
		/* No strict end has arrived: the reply answers the lax one. */
		c->frame = c->lax_frame;
		c->body.bytes = c->lax_bytes;
		client_end_of_data(s, c->lax_end, COMMAND_ASSUMED);
	}
	hold_prepend(&c->hold, &c->suspect);
	client_forget_suspicion(c);
	client_resolve(s, CLIENT_COMMANDS, false);
}

void client_server_speaks(struct session *s, bool tls)
{
	if (tls && s->client_state == CLIENT_PROXY_HEADER)
		client_resolve_proxy(s, client_proxy_unanswered(s));
	if (tls && s->client_state == CLIENT_MIDSTREAM)
		client_resolve(s, CLIENT_COMMANDS, false);
	if (s->client_state != CLIENT_START)
		return;
	if (tls)
		client_resolve_unseen(s);
	else
		client_resolve(s, CLIENT_COMMANDS, false);
}

void client_doubt_gap(struct session *s)
{
	s->client->line_doubt = s->client->line_open ? DOUBT_REPLY_MAY_BE_LOST : 0;
}

void client_server_gap(struct session *s)
{
	if ((s->client_state == CLIENT_PROXY_HEADER && client_proxy_went_on(s)) ||
	    s->client_state == CLIENT_MIDSTREAM || s->client_state == CLIENT_REPLY_END)
		client_resolve_unseen(s);
}

void client_server_ended(struct session *s)
{
	if (s->client_state == CLIENT_PROXY_HEADER || s->client_state == CLIENT_REPLY_END)
		client_resolve_unseen(s);
}

void client_reply_ended(struct session *s)
{
	if (s->client_state == CLIENT_REPLY_END)
		client_resolve(s, CLIENT_COMMANDS, false);
}

void client_asked_unseen(struct session *s, unsigned code)
{
	struct client_reader *c = s->client;

	if (s->client_state != CLIENT_COMMANDS || c->line_open)
		return;
	if (code == 354) {
		transaction_text_begins(s);
		client_begin_body(s, true);
	} else if (code == 334) {
		s->client_state = CLIENT_AUTH;
	}
}

void client_end(struct session *s)
{
	struct client_reader *c = s->client;

	if (c->ended && !c->end_waits)
		return;
	/* A client that sent everything at once and closed: the server has not answered it yet. */
	c->end_waits = !c->ended && s->client_state == CLIENT_PROXY_HEADER && !server_has_ended(s->server) &&
		       !client_proxy_went_on(s);
	c->ended = true;
	if (c->end_waits)
		return;
	for (unsigned rounds = 0; client_state_holds(s->client_state) && rounds < PAIRING_OPEN_MAX; rounds++)
		client_resolve_unseen(s);
	if (s->client_state == CLIENT_COMMANDS && c->line_open && !c->line_claimed && c->line.length)
		client_take_line(s, buf_span(&c->line), COMMAND_UNFINISHED, c->line_start + c->line_length);
}

void client_begin_inside(struct session *s)
{
	struct client_reader *c = s->client;

	s->client_state = CLIENT_COMMANDS;
	c->assumed = c->line_open = c->line_claimed = false;
	buf_clear(&c->line);
}
