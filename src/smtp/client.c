/* SPDX-License-Identifier: BSD-2-Clause */
#include "client.h"

#include "client_command.h"
#include "client_proxy.h"
#include "client_read.h"
#include "command_parser.h"
#include "encrypted.h"
#include "feed.h"
#include "overlong.h"
#include "tls_start.h"

#include <stdlib.h>

void client_init(struct session *s)
{
	buf_init(&s->client.line, COMMAND_LINE_KEPT);
}

void client_finish(struct session *s)
{
	buf_finish(&s->client.line);
	hold_clear(&s->client.hold);
	hold_clear(&s->client.suspect);
}

/* The first line's worth of what is held. */
static struct span held_line(const struct client_reader *c)
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

/* The fork is decided: what was held is read as |reading| says. */
static void resolve(struct session *s, enum reading reading, bool assumed)
{
	struct client_reader *c = &s->client;
	struct hold rest = c->hold;
	struct held *held;

	c->hold = (struct hold){ 0 };
	c->fork = FORK_NONE;
	c->reading = reading;
	c->assumed = assumed;
	while (c->fork == FORK_NONE && (held = hold_pop(&rest))) {
		client_read(s, &held->chunk);
		free(held);
	}
	/* A further fork holds its own rest first. */
	hold_prepend(&rest, &c->hold);
	c->hold = rest;
}

/* The message goes on behind its gaps. */
static void resolve_in_body(struct session *s, bool assumed)
{
	s->client.body_goes_on = true;
	resolve(s, READ_BODY, assumed);
	s->client.body_goes_on = false;
}

static void begin_body(struct session *s, bool assumed)
{
	struct client_reader *c = &s->client;

	body_begin(&c->body);
	c->body_start = c->hold.head ? c->hold.head->chunk.offset : 0;
	client_forget_suspicion(c);
	if (s->transaction.message || assumed)
		s->transaction.data = true;
	resolve(s, READ_BODY, assumed);
}

/* The capture began inside a message: what is held is the rest of it. */
static void begin_rest_of_body(struct session *s)
{
	struct client_reader *c = &s->client;

	body_begin(&c->body);
	body_gap(&c->body, 0);
	c->body_start = c->hold.head ? c->hold.head->chunk.offset : 0;
	client_forget_suspicion(c);
	s->transaction.data = true;
	resolve(s, READ_BODY, true);
}

static void begin_chunk(struct session *s, bool assumed)
{
	struct client_reader *c = &s->client;

	c->chunk_left = c->chunk_size;
	resolve(s, c->chunk_left ? READ_CHUNK : READ_COMMANDS, assumed);
}

/* From |first| (NULL: from what is held) on the client speaks TLS. */
static void begin_tls(struct session *s, const struct chunk *first)
{
	struct smtp_event event = { .kind = SMTP_TLS, .frame = s->client.frame };
	struct held *held;

	s->server_tls_due = true;
	s->client.reading = READ_TLS;
	s->client.fork = FORK_NONE;
	s->facts.visibility |= VISIBILITY_ENCRYPTED;
	if (s->facts.tls.mode == TLS_NONE)
		s->facts.tls.mode = TLS_IMPLICIT;
	feed_emit(s, &event);
	if (!first && s->client.hold.head)
		first = &s->client.hold.head->chunk;
	if (!first)
		return;
	s->client_tls_start = first->offset;
	if (!s->client.hold.head || first != &s->client.hold.head->chunk)
		encrypted_push(s, first);
	while ((held = hold_pop(&s->client.hold))) {
		encrypted_push(s, &held->chunk);
		free(held);
	}
}

/* What a PROXY header is was told, or is not yet. */
static void resolve_proxy(struct session *s, enum client_proxy_verdict verdict)
{
	struct client_reader *c = &s->client;

	if (verdict == CLIENT_PROXY_OPEN)
		return;
	if (verdict == CLIENT_PROXY_TAKEN) {
		client_proxy_take(s);
		/* Behind it a client may go on with TLS before any word, as it may without a header. */
		if (!s->greeting_done && c->hold.head && !c->hold.head->chunk.gap &&
		    tls_starts(span_of(c->hold.head->chunk.bytes, (size_t)c->hold.head->chunk.length))) {
			client_fork(s, FORK_START, c->hold.head->chunk.offset);
			return;
		}
	}
	resolve(s, READ_COMMANDS, false);
}

/* The reply was not seen and will not be: what was held tells by its looks, or success is assumed. */
static void resolve_by_looks(struct session *s)
{
	struct client_reader *c = &s->client;
	struct span line = held_line(c);
	bool command = line.length && command_looks_like_one(line);

	switch (c->fork) {
	case FORK_NONE:
		break;
	case FORK_PROXY:
		resolve_proxy(s, client_proxy_unanswered(s));
		break;
	case FORK_START:
		begin_tls(s, NULL);
		s->facts.protocol = PROTOCOL_TLS;
		break;
	case FORK_DATA:
		if (command)
			resolve(s, READ_COMMANDS, true);
		else
			begin_body(s, true);
		break;
	case FORK_BDAT:
	case FORK_BDAT_REFUSED:
		begin_chunk(s, true);
		break;
	case FORK_AUTH:
		resolve(s, command || !c->hold.head ? READ_COMMANDS : READ_AUTH, true);
		break;
	case FORK_STARTTLS:
	case FORK_TLS_BEGIN:
		if (tls_starts(line)) {
			s->facts.tls.mode = TLS_STARTTLS;
			begin_tls(s, NULL);
		} else {
			resolve(s, READ_COMMANDS, true);
		}
		break;
	case FORK_REPLY_END:
		resolve(s, READ_COMMANDS, false);
		break;
	case FORK_MIDSTREAM:
		/* No group of commands is that long. */
		if (c->hold.bytes > s->shared->max_hold)
			begin_rest_of_body(s);
		else
			resolve(s, READ_COMMANDS, false);
		break;
	case FORK_BODY_GAP:
		resolve_in_body(s, true);
		break;
	}
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

/* TLS was agreed on: do the client's bytes keep to it? */
static void check_tls_begin(struct session *s, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	struct hold first = { 0 };

	if (chunk->gap || tls_starts(bytes) || (bytes.length && bytes.at[0] >= 0x80)) {
		begin_tls(s, chunk);
	} else if (chunk->acked_known && chunk->peer_acked < s->starttls_end) {
		client_note_injection(s, chunk);
	} else {
		encrypted_note_plaintext(s, chunk);
		s->server_tls_due = false;
		/* It goes before what is still held. */
		hold_push(&first, chunk);
		hold_prepend(&s->client.hold, &first);
		resolve(s, READ_COMMANDS, false);
	}
}

static bool fork_reply_is_lost(const struct session *s)
{
	for (const struct place *p = s->pairing.head; p; p = p->next)
		if (!p->loss && p->start == s->client.fork_start)
			return p->reply_lost || p->reply_may_be_lost;
	return s->client.fork != FORK_BODY_GAP && s->client.fork != FORK_START &&
	       s->client.fork != FORK_BDAT_REFUSED && s->client.fork != FORK_REPLY_END &&
	       s->client.fork != FORK_MIDSTREAM;
}

/* One fork may follow another: as many are decided as it takes to hold no more than is allowed. */
static void bound_hold(struct session *s)
{
	const struct client_reader *c = &s->client;
	size_t before = SIZE_MAX;

	while (c->fork != FORK_NONE && c->hold.bytes < before &&
	       (c->hold.bytes > s->shared->max_hold || c->hold.count > HOLD_COUNT_MAX)) {
		before = c->hold.bytes;
		resolve_by_looks(s);
	}
}

/* The first bytes of a client whose server has not been seen yet, in a capture that began later? */
static bool begins_midstream(const struct session *s, const struct chunk *chunk)
{
	const struct client_reader *c = &s->client;
	const struct place *first = s->pairing.head;

	return s->flow->opened == FLOW_MIDSTREAM && !s->server_begun && c->fork == FORK_NONE &&
	       c->reading == READ_COMMANDS && !c->line_open && s->facts.command_count == 0 && !chunk->gap &&
	       first && first->before_start && !first->next;
}

/* A lone dot that comes before any reply ends a message: everything before it was text, however much it reads like commands. */
static void look_for_end_of_data(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = &s->client;
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	size_t used;

	if (chunk->gap) {
		resolve(s, READ_COMMANDS, false);
		return;
	}
	while (bytes.length) {
		if (body_read(&c->body, bytes, &used) == BODY_END) {
			begin_rest_of_body(s);
			return;
		}
		bytes = span_from(bytes, used);
	}
}

/*
 * Does the client send this having acknowledged exactly a reply that lacks its end, as if that were whole? A client that sends
 * groups may; so what the server sends next decides. Holds the bytes meanwhile, where nothing else does.
 */
static void note_going_on(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = &s->client;

	if (s->pairing.open > 1 || chunk->gap || !chunk->acked_known || c->reading != READ_COMMANDS ||
	    c->line_open || (c->fork != FORK_NONE && c->fork != FORK_DATA && c->fork != FORK_AUTH))
		return;
	if (reply_parser_mark(&s->replies, chunk->peer_acked, chunk->offset) && c->fork == FORK_NONE)
		client_fork(s, FORK_REPLY_END, UINT64_MAX);
}

void client_push(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = &s->client;

	note_going_on(s, chunk);
	if (c->fork == FORK_NONE && client_proxy_begins(s, chunk))
		client_fork(s, FORK_PROXY, chunk->offset);
	if (c->fork == FORK_NONE && !s->server_begun && c->reading == READ_COMMANDS && !c->line_open &&
	    !chunk->gap && s->facts.command_count == 0 &&
	    tls_starts(span_of(chunk->bytes, (size_t)chunk->length)))
		client_fork(s, FORK_START, chunk->offset);
	if (c->fork == FORK_TLS_BEGIN) {
		check_tls_begin(s, chunk);
		return;
	}
	/* Where bytes were lost, STARTTLS and its reply may have been among them. */
	if (c->fork == FORK_NONE && c->reading == READ_COMMANDS && !c->line_open && s->pairing.unsure &&
	    !chunk->gap && tls_starts(span_of(chunk->bytes, (size_t)chunk->length))) {
		s->facts.tls.mode = TLS_STARTTLS;
		c->frame = chunk->frame;
		begin_tls(s, chunk);
		return;
	}
	if (begins_midstream(s, chunk)) {
		client_fork(s, FORK_MIDSTREAM, UINT64_MAX);
		body_begin(&c->body);
		body_gap(&c->body, 0);
	}
	if (c->fork == FORK_NONE) {
		client_read(s, chunk);
		return;
	}
	/* The client goes on, having seen what the capture lost: the reply was in the gap. */
	if (chunk->acked_known && s->pairing.server_gap_end &&
	    chunk->peer_acked >= s->pairing.server_gap_end && fork_reply_is_lost(s)) {
		client_hold(s, chunk);
		resolve_by_looks(s);
		return;
	}
	/* What follows the first piece of a TLS hello is more of it. */
	if (c->fork == FORK_STARTTLS && !tls_starts(held_line(c)))
		client_note_injection(s, chunk);
	client_hold(s, chunk);
	if (c->fork == FORK_MIDSTREAM)
		look_for_end_of_data(s, chunk);
	if (c->fork == FORK_PROXY)
		resolve_proxy(s, client_proxy_look(s));
	if (c->fork == FORK_BODY_GAP && !chunk->gap && held_end_of_data(c))
		resolve_in_body(s, false);
	else
		bound_hold(s);
}

void client_answered(struct session *s, uint64_t start, unsigned code)
{
	struct client_reader *c = &s->client;
	bool good = code < 400;

	if (c->fork == FORK_NONE || c->fork_start != start)
		return;
	switch (c->fork) {
	case FORK_DATA:
		if (code >= 300 && good)
			begin_body(s, false);
		else {
			c->stray_text = !good;
			resolve(s, READ_COMMANDS, false);
		}
		break;
	case FORK_BDAT:
		if (good)
			begin_chunk(s, false);
		else
			c->fork = FORK_BDAT_REFUSED;
		break;
	case FORK_AUTH:
		if (code == 334) {
			resolve(s, READ_AUTH, false);
			break;
		}
		c->auth_refused = !good;
		resolve(s, READ_COMMANDS, false);
		break;
	case FORK_STARTTLS:
		if (code != 220) {
			resolve(s, READ_COMMANDS, false);
			break;
		}
		c->fork = FORK_TLS_BEGIN;
		while (c->hold.head && c->fork == FORK_TLS_BEGIN) {
			struct held *held = hold_pop(&c->hold);

			check_tls_begin(s, &held->chunk);
			free(held);
		}
		break;
	case FORK_NONE:
	case FORK_PROXY:
	case FORK_START:
	case FORK_BDAT_REFUSED:
	case FORK_TLS_BEGIN:
	case FORK_REPLY_END:
	case FORK_MIDSTREAM:
	case FORK_BODY_GAP:
		break;
	}
}

void client_unanswered(struct session *s, uint64_t start)
{
	if (s->client.fork != FORK_NONE && s->client.fork_start == start && s->client.fork != FORK_BDAT_REFUSED)
		resolve_by_looks(s);
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

/* Behind a refused chunk: is the reply at hand one to a line of the chunk? */
static bool chunk_read_as_commands(const struct session *s, const struct reply *reply)
{
	const struct client_reader *c = &s->client;
	uint64_t chunk_end = UINT64_MAX;

	/* A farewell answers no line. */
	if (!c->hold.head || reply->code == 221 || reply->code == 421)
		return false;
	chunk_end = c->hold.head->chunk.offset + c->chunk_size;
	if (went_on_after_refusal(c, reply, chunk_end))
		return false;
	/* Nothing behind the chunk had been received: only its lines can be answered. */
	if (reply->acked_known && reply->peer_acked <= chunk_end)
		return true;
	/* A command behind it was, too: only "no such command" speaks for the lines. */
	return reply->code == 500 || reply->code == 502;
}

/* Where the message's end was lost: the last gap that the server had acknowledged holds it, if what follows looks so. */
static void end_in_gap(struct session *s, const struct reply *reply)
{
	struct client_reader *c = &s->client;
	struct held *held;

	if (reply->acked_known && reply->peer_acked < c->gap_end && reply->code < 400)
		return;
	if (reply->code == 221 || reply->code == 421)
		return;
	/* Gaps among what is held, too: the end stands in the last one. */
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
	if (c->hold.head && !command_looks_like_one(held_line(c)))
		return;
	c->fork = FORK_NONE;
	client_end_of_data(s, c->gap_end, COMMAND_CUT | COMMAND_ASSUMED);
	resolve(s, READ_COMMANDS, false);
}

/*
 * A server need not wait for the end of a line that it will not take (500 "too long", binary). A refusal of it when all of
 * it that was sent had been received answers it; the rest of the line, when it comes, belongs to it. One that reads long lines
 * in pieces may answer the first of them as if it were a whole line.
 */
static void claim_open_line(struct session *s, const struct reply *reply)
{
	struct client_reader *c = &s->client;

	if ((reply->code < 500 && !overlong_is(c->line_length)) || !reply->acked_known ||
	    reply->peer_acked < c->line_start + c->line_length)
		return;
	client_take_line(s, buf_span(&c->line), COMMAND_CUT, c->line_start + c->line_length);
	buf_clear(&c->line);
	c->line_open = c->line_claimed = true;
}

void client_before_reply(struct session *s, const struct reply *reply)
{
	struct client_reader *c = &s->client;

	if (c->fork == FORK_PROXY)
		resolve_proxy(s, client_proxy_replied(s, reply));
	if (c->fork == FORK_MIDSTREAM)
		resolve(s, READ_COMMANDS, false);
	if (c->fork == FORK_NONE && c->reading == READ_COMMANDS && c->line_open && !c->line_claimed &&
	    c->line.length && !s->pairing.head)
		claim_open_line(s, reply);

	if (c->fork == FORK_BDAT_REFUSED && c->hold.head) {
		if (chunk_read_as_commands(s, reply)) {
			c->stray_text = true;
			resolve(s, READ_COMMANDS, false);
		} else {
			c->chunk_left = c->chunk_size;
			resolve(s, c->chunk_left ? READ_CHUNK : READ_COMMANDS, false);
		}
	} else if (c->fork == FORK_BODY_GAP && !s->pairing.head) {
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

bool client_read_lax(struct session *s, const struct reply *reply)
{
	struct client_reader *c = &s->client;
	bool in_message = c->reading == READ_BODY;

	/* After losses a reply too many is no proof. */
	if (!c->lax_end || s->pairing.unsure || c->fork != FORK_NONE || reply->code == 221 || reply->code == 421)
		return false;
	/* Between the halves of a line nothing else can be read. */
	if (c->line_open)
		return false;
	/* The server has to have received what it is said to answer. */
	if (reply->acked_known && reply->peer_acked < c->lax_end + (in_message ? 0 : 1))
		return false;
	skip_line_end(c);
	feed_note(s, NOTE_LAX_END_READ, &reply->frame, c->lax_end, (struct span){ 0 });
	if (in_message) {
		/* No strict end has come: the reply is to the lax one. */
		c->frame = c->lax_frame;
		c->body.bytes = c->lax_bytes;
		client_end_of_data(s, c->lax_end, COMMAND_ASSUMED);
	}
	hold_prepend(&c->hold, &c->suspect);
	client_forget_suspicion(c);
	resolve(s, READ_COMMANDS, false);
	return s->pairing.head != NULL;
}

void client_server_speaks(struct session *s, bool tls)
{
	struct client_reader *c = &s->client;

	if (tls && c->fork == FORK_PROXY)
		resolve_proxy(s, client_proxy_unanswered(s));
	if (tls && c->fork == FORK_MIDSTREAM)
		resolve(s, READ_COMMANDS, false);
	if (c->fork != FORK_START)
		return;
	if (tls)
		resolve_by_looks(s);
	else
		resolve(s, READ_COMMANDS, false);
}

void client_server_gap(struct session *s)
{
	if ((s->client.fork == FORK_PROXY && client_proxy_went_on(s)) || s->client.fork == FORK_MIDSTREAM ||
	    s->client.fork == FORK_REPLY_END)
		resolve_by_looks(s);
}

void client_server_ended(struct session *s)
{
	if (s->client.fork == FORK_PROXY || s->client.fork == FORK_REPLY_END)
		resolve_by_looks(s);
}

void client_reply_ended(struct session *s)
{
	if (s->client.fork == FORK_REPLY_END)
		resolve(s, READ_COMMANDS, false);
}

void client_asked_unseen(struct session *s, unsigned code)
{
	struct client_reader *c = &s->client;

	if (c->fork != FORK_NONE || c->reading != READ_COMMANDS || c->line_open)
		return;
	if (code == 354) {
		s->transaction.data = true;
		begin_body(s, true);
	} else if (code == 334) {
		c->reading = READ_AUTH;
	}
}

void client_end(struct session *s)
{
	struct client_reader *c = &s->client;

	if (c->ended && !c->end_waits)
		return;
	/* A client that sent everything at once and closed: the server has not spoken to that yet. */
	c->end_waits = !c->ended && c->fork == FORK_PROXY && !s->server_ended && !client_proxy_went_on(s);
	c->ended = true;
	if (c->end_waits)
		return;
	for (unsigned rounds = 0; c->fork != FORK_NONE && rounds < PAIRING_OPEN_MAX; rounds++)
		resolve_by_looks(s);
	if (c->reading == READ_COMMANDS && c->line_open && !c->line_claimed && c->line.length)
		client_take_line(s, buf_span(&c->line), COMMAND_UNFINISHED, c->line_start + c->line_length);
}
