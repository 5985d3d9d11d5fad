/* SPDX-License-Identifier: BSD-2-Clause */
/* Before a reply is paired: reads what its arrival proves to be commands. */
#include "client.h"

#include "client_command.h"
#include "client_proxy.h"
#include "client_read.h"
#include "client_reader.h"
#include "client_wait.h"
#include "command_parser.h"
#include "doubt.h"
#include "feed.h"
#include "overlong.h"
#include "pairing.h"
#include "session_facts.h"
#include "transaction.h"

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
static bool chunk_read_as_commands(const struct client_reader *c, const struct reply *reply)
{
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
static void end_in_gap(struct client_reader *c, const struct reply *reply)
{
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
			body_gap(&c->body, held->chunk.length, held->chunk.inexact);
		else
			c->body.bytes += held->chunk.length;
		c->frame = held->chunk.frame;
		account_free(c->parts->facts.account, held);
	}
	if (c->hold.head && !command_looks_like_one(client_held_line(c)))
		return;
	client_end_of_data(c, c->gap_end, COMMAND_CUT | COMMAND_ASSUMED);
	client_resolve(c, CLIENT_COMMANDS, false);
}

/*
 * A server need not wait for the end of a line that it will not take (500 "too long", binary). A refusal of it when all of
 * it that was sent had been received answers it; the rest of the line, when it comes, belongs to it. One that reads long lines
 * in pieces may answer the first of them as if it were a whole line.
 */
static void claim_open_line(struct client_reader *c, const struct reply *reply)
{

	if ((reply->code < 500 && !overlong_is(c->line_length)) || !reply->acked_known ||
	    reply->peer_acked < c->line_start + c->line_length)
		return;
	client_take_line(c, client_open_line(c), COMMAND_CUT, c->line_start + c->line_length);
	client_drop_line(c);
	c->line_open = c->line_claimed = true;
}

void client_settle(struct client_reader *c, const struct reply *reply, int64_t silence)
{

	if (c->state == CLIENT_PROXY_HEADER)
		client_resolve_proxy(c, client_proxy_replied(c, reply, silence));
	if (c->state == CLIENT_MIDSTREAM)
		client_resolve(c, CLIENT_COMMANDS, false);
	if (c->state == CLIENT_COMMANDS && c->line_open && !c->line_claimed && client_open_line(c).length &&
	    !pairing_head(c->parts->pairing))
		claim_open_line(c, reply);

	if (c->state == CLIENT_BDAT_REFUSED && c->hold.head) {
		if (chunk_read_as_commands(c, reply)) {
			c->stray_text = true;
			client_resolve(c, CLIENT_COMMANDS, false);
		} else {
			c->chunk_left = c->chunk_size;
			client_resolve(c, c->chunk_left ? CLIENT_CHUNK : CLIENT_COMMANDS, false);
		}
	} else if (c->state == CLIENT_BODY_GAP && !pairing_head(c->parts->pairing)) {
		end_in_gap(c, reply);
	}
}

static void skip_line_end(struct client_reader *c)
{
	uint8_t copy[8];
	size_t length = client_lax_line_end(c->lax, hold_head(&c->lax->held, copy, sizeof copy));

	if (length)
		hold_skip(&c->lax->held, c->lax->end + length, c->parts->facts.account);
}

bool client_lax_end_explains(const struct client_reader *c, const struct reply *reply)
{
	/* After losses, an extra reply proves nothing. */
	if (!c->lax || doubt_has(&c->parts->doubt, DOUBT_UNSETTLED) || client_state_holds(c->state) ||
	    reply->code == 221 || reply->code == 421)
		return false;
	/* Nothing can be read between the parts of a line. */
	if (c->line_open)
		return false;
	/* The server must have received what it answers. */
	return !reply->acked_known || reply->peer_acked >= c->lax->end + (c->state == CLIENT_BODY ? 0 : 1);
}

void client_read_lax_end(struct client_reader *c, const struct reply *reply)
{
	skip_line_end(c);
	feed_note(c->feed, NOTE_LAX_END_READ, &reply->frame, c->lax->end, (struct span){ 0 });
	if (c->state == CLIENT_BODY) {
		/* No strict end has arrived: the reply answers the lax one. */
		c->frame = c->lax->frame;
		c->body.bytes = c->lax->bytes;
		client_end_of_data(c, c->lax->end, COMMAND_ASSUMED);
	}
	if (c->lax)
		hold_prepend(&c->hold, &c->lax->held);
	client_forget_suspicion(c);
	client_resolve(c, CLIENT_COMMANDS, false);
}
