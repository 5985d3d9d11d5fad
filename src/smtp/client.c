/* SPDX-License-Identifier: BSD-2-Clause */
#include "client.h"

#include "client_command.h"
#include "client_proxy.h"
#include "client_read.h"
#include "client_reader.h"
#include "client_wait.h"
#include "doubt.h"
#include "feed.h"
#include "pairing.h"
#include "server.h"
#include "session_facts.h"
#include "tls_start.h"
#include "transaction.h"

#include <stdlib.h>

struct client_reader *client_create(struct session_parts *parts, struct feed *feed, size_t max_hold)
{
	struct client_reader *c = account_take(parts->facts.account, sizeof *c);

	if (!c)
		return NULL;
	*c = (struct client_reader){
		.parts = parts,
		.feed = feed,
		.max_hold = (uint32_t)(max_hold < HOLD_BYTES_MAX ? max_hold : HOLD_BYTES_MAX),
	};
	return c;
}

void client_destroy(struct client_reader *c)
{
	if (!c)
		return;
	if (c->line)
		buf_finish(c->line);
	account_free(c->parts->facts.account, c->line);
	account_free(c->parts->facts.account, c->mechanism);
	hold_clear(&c->hold, c->parts->facts.account);
	client_forget_suspicion(c);
	account_free(c->parts->facts.account, c);
}

const enum client_state *client_state(const struct client_reader *c)
{
	return &c->state;
}

const struct newest_command *client_newest(const struct client_reader *c)
{
	return c->newest_known ? &c->newest : NULL;
}

const char *client_mechanism(const struct client_reader *c)
{
	return c->mechanism;
}

tstamp client_held_at(const struct client_reader *c, uint64_t end)
{
	for (const struct held *held = c->hold.head; held; held = held->next)
		if (!held->chunk.gap && held->chunk.offset < end &&
		    end - held->chunk.offset <= held->chunk.length)
			return held->chunk.frame.time;
	return TSTAMP_NONE;
}

bool client_line_is_claimed(const struct client_reader *c)
{
	return c->line_claimed;
}

void client_doubt_line(struct client_reader *c)
{
	if (c->line_open)
		c->line_doubt = DOUBT_REPLY_MAY_BE_LOST;
}

/* The end of a message among held bytes, read as going on with it? */
static bool held_end_of_data(const struct client_reader *c)
{
	struct body body = c->body;

	for (const struct held *held = c->hold.head; held; held = held->next) {
		struct span bytes = span_of(held->chunk.bytes, (size_t)held->chunk.length);
		size_t used;

		if (held->chunk.gap) {
			body_gap(&body, held->chunk.length, held->chunk.inexact);
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

static bool awaited_reply_is_lost(const struct client_reader *c)
{
	enum client_state state = c->state;

	for (const struct place *p = pairing_head(c->parts->pairing); p; p = p->next)
		if (!p->loss && p->start == c->asked_at)
			return p->doubt != 0;
	return state == CLIENT_DATA_ASKED || state == CLIENT_BDAT_ASKED || state == CLIENT_AUTH_ASKED ||
	       state == CLIENT_STARTTLS_ASKED || state == CLIENT_TLS_BEGIN || state == CLIENT_PROXY_HEADER;
}

/*
 * Returns whether these are the first bytes of a client in a capture that began later, before any byte of the
 * server.
 */
static bool begins_midstream(const struct client_reader *c, const struct chunk *chunk)
{
	const struct place *first;

	if (c->parts->facts.flow->opened != FLOW_MIDSTREAM || c->parts->facts.command_count ||
	    server_has_begun(c->parts->server) || c->state != CLIENT_COMMANDS || c->line_open || chunk->gap)
		return false;
	first = pairing_head(c->parts->pairing);
	return first && first->before_start && !first->next;
}

/*
 * A lone dot before any reply ends a message: everything before it was text, even if it looks like commands.
 */
static void look_for_end_of_data(struct client_reader *c, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	size_t used;

	if (chunk->gap) {
		client_resolve(c, CLIENT_COMMANDS, false);
		return;
	}
	while (bytes.length) {
		if (body_read(&c->body, bytes, &used) == BODY_END) {
			client_begin_rest_of_body(c);
			return;
		}
		bytes = span_from(bytes, used);
	}
}

bool client_may_end_reply(const struct client_reader *c, const struct chunk *chunk)
{
	/* TLS after an incompletely captured 220 is handled elsewhere. */
	if (chunk->gap || tls_starts(span_of(chunk->bytes, (size_t)chunk->length)))
		return false;
	return pairing_open(c->parts->pairing) <= 1 && chunk->acked_known && !c->line_open &&
	       (c->state == CLIENT_COMMANDS || c->state == CLIENT_DATA_ASKED || c->state == CLIENT_AUTH_ASKED);
}

void client_await_reply_end(struct client_reader *c)
{
	if (!client_state_holds(c->state))
		client_wait(c, CLIENT_REPLY_END, UINT64_MAX);
}

void client_goes_on(struct client_reader *c)
{
	if (c->state == CLIENT_MIDSTREAM && server_has_begun(c->parts->server))
		client_resolve(c, CLIENT_COMMANDS, false);
}

void client_push(struct client_reader *c, const struct chunk *chunk)
{

	if (chunk->offset == 0 && !client_state_holds(c->state) && client_proxy_begins(c, chunk))
		client_wait(c, CLIENT_PROXY_HEADER, chunk->offset);
	if (c->parts->facts.command_count == 0 && !server_has_begun(c->parts->server) &&
	    c->state == CLIENT_COMMANDS && !c->line_open && !chunk->gap &&
	    tls_starts(span_of(chunk->bytes, (size_t)chunk->length)))
		client_wait(c, CLIENT_START, chunk->offset);
	if (c->state == CLIENT_TLS_BEGIN) {
		client_check_tls_begin(c, chunk);
		return;
	}
	/* Lost bytes may have contained STARTTLS and its reply. */
	if (c->state == CLIENT_COMMANDS && !c->line_open && doubt_has(&c->parts->doubt, DOUBT_UNSETTLED) &&
	    !chunk->gap && tls_starts(span_of(chunk->bytes, (size_t)chunk->length))) {
		session_facts_set_tls_mode(&c->parts->facts, TLS_STARTTLS);
		c->frame = chunk->frame;
		client_begin_tls(c, chunk);
		return;
	}
	if (begins_midstream(c, chunk)) {
		client_wait(c, CLIENT_MIDSTREAM, UINT64_MAX);
		body_begin(&c->body);
		body_gap(&c->body, 0, false);
	}
	if (!client_state_holds(c->state)) {
		client_read(c, chunk);
		return;
	}
	/* The client continues after seeing what the capture lost: the reply was in the gap. */
	if (chunk->acked_known && pairing_gap_end(c->parts->pairing) &&
	    chunk->peer_acked >= pairing_gap_end(c->parts->pairing) && awaited_reply_is_lost(c)) {
		client_hold(c, chunk);
		client_resolve_unseen(c);
		return;
	}
	/* What follows the first piece of a TLS hello belongs to it. */
	if (c->state == CLIENT_STARTTLS_ASKED && !tls_starts(client_held_line(c)))
		client_note_injection(c, chunk);
	client_hold(c, chunk);
	if (c->state == CLIENT_MIDSTREAM)
		look_for_end_of_data(c, chunk);
	if (c->state == CLIENT_PROXY_HEADER)
		client_resolve_proxy(c, client_proxy_look(c));
	if (c->state == CLIENT_BODY_GAP && !chunk->gap && held_end_of_data(c))
		client_resolve_in_body(c, false);
	else
		client_bound_hold(c);
}

void client_answered(struct client_reader *c, uint64_t start, unsigned code)
{
	if (c->asked_at == start)
		client_wait_answered(c, code);
}

void client_unanswered(struct client_reader *c, uint64_t start)
{
	if (client_state_holds(c->state) && c->asked_at == start && c->state != CLIENT_BDAT_REFUSED)
		client_resolve_unseen(c);
}

void client_server_speaks(struct client_reader *c, bool tls)
{
	if (tls && c->state == CLIENT_PROXY_HEADER)
		client_resolve_proxy(c, client_proxy_unanswered(c));
	if (tls && c->state == CLIENT_MIDSTREAM)
		client_resolve(c, CLIENT_COMMANDS, false);
	if (c->state != CLIENT_START)
		return;
	if (tls)
		client_resolve_unseen(c);
	else
		client_resolve(c, CLIENT_COMMANDS, false);
}

void client_doubt_gap(struct client_reader *c)
{
	c->line_doubt = c->line_open ? DOUBT_REPLY_MAY_BE_LOST : 0;
}

void client_server_gap(struct client_reader *c)
{
	if ((c->state == CLIENT_PROXY_HEADER && client_proxy_went_on(c)) || c->state == CLIENT_MIDSTREAM ||
	    c->state == CLIENT_REPLY_END)
		client_resolve_unseen(c);
}

void client_server_ended(struct client_reader *c)
{
	if (c->state == CLIENT_PROXY_HEADER || c->state == CLIENT_REPLY_END)
		client_resolve_unseen(c);
}

void client_reply_ended(struct client_reader *c)
{
	if (c->state == CLIENT_REPLY_END)
		client_resolve(c, CLIENT_COMMANDS, false);
}

void client_asked_unseen(struct client_reader *c, unsigned code)
{

	if (c->state != CLIENT_COMMANDS || c->line_open)
		return;
	if (code == 354) {
		transaction_text_begins(c->parts->transaction);
		client_begin_body(c, true);
	} else if (code == 334) {
		c->state = CLIENT_AUTH;
	}
}

void client_end(struct client_reader *c)
{

	if (c->ended && !c->end_waits)
		return;
	/* A client that sent everything at once and closed: the server has not answered it yet. */
	c->end_waits = !c->ended && c->state == CLIENT_PROXY_HEADER && !server_has_ended(c->parts->server) &&
		       !client_proxy_went_on(c);
	c->ended = true;
	if (c->end_waits)
		return;
	for (unsigned rounds = 0; client_state_holds(c->state) && rounds < PAIRING_OPEN_MAX; rounds++)
		client_resolve_unseen(c);
	if (c->state == CLIENT_COMMANDS && c->line_open && !c->line_claimed && client_open_line(c).length)
		client_take_line(c, client_open_line(c), COMMAND_UNFINISHED, c->line_start + c->line_length);
}

void client_begin_inside(struct client_reader *c)
{

	c->state = CLIENT_COMMANDS;
	c->assumed = c->line_open = c->line_claimed = false;
	client_drop_line(c);
}
