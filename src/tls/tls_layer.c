/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_layer.h"

#include "tls_handshake.h"
#include <stdlib.h>

/* What is known of one direction. */
struct layer_side {
	bool begun;	   /* its first byte of TLS has come */
	uint64_t base;	   /* stream offset of that byte */
	uint64_t wire;	   /* offset behind the last byte */
	uint64_t text;	   /* text offset behind the last byte that was given */
	uint64_t missing;  /* bytes in gaps of the flow before |base| */
	uint64_t text_gap; /* bytes of text in gaps */
	struct tls_places places;
};

struct tls_layer {
	struct tls_workspace *workspace;
	struct tls_opener *opener;
	const struct tls_handshake *handshake;
	struct tls_layer_sink sink;
	const struct flow *outer;
	const struct flow_moment *then; /* while what was held is passed on: the flow at that time */
	struct flow *copy;
	bool begun;
	bool gave_up; /* nothing is held any more */
	bool missed;  /* the workspace knows that it stayed closed */
	struct backlog held;
	size_t held_bytes; /* as counted in the workspace */
	tstamp held_since;
	uint64_t asked; /* tls_keys_added when keys were last looked for */
	struct layer_side side[2];
};

/* The text offset for the wire offset |wire|, which was acknowledged. */
static uint64_t text_acked(struct tls_layer *l, enum direction d, uint64_t wire)
{
	struct layer_side *side = &l->side[d];

	return side->begun && wire > side->base ? tls_places_text(&side->places, wire) : wire;
}

/* The text offset for the wire offset |wire| of an event. Behind the last record, wire bytes count as text. */
static uint64_t text_at(struct tls_layer *l, enum direction d, uint64_t wire)
{
	struct layer_side *side = &l->side[d];

	if (!side->begun || wire <= side->base)
		return wire;
	return wire >= side->wire ? side->text + (wire - side->wire) : tls_places_text(&side->places, wire);
}

/* Is its first byte the first one of its stream? A hello that begins what was captured is, even if the SYN was lost. */
static bool from_start(const struct tls_layer *l, enum direction d)
{
	const struct tls_handshake *h = l->handshake;

	return l->side[d].begun && l->side[d].base == 0 &&
	       (d == DIR_CLIENT ? h->client_hello_seen : h->server_hello_seen);
}

static void show(struct tls_layer *l)
{
	*l->copy = *l->outer;
	if (l->then) {
		l->copy->last = l->then->last;
		l->copy->closed = l->then->closed;
		l->copy->side[DIR_CLIENT] = l->then->side[DIR_CLIENT];
		l->copy->side[DIR_SERVER] = l->then->side[DIR_SERVER];
	}
	for (int d = DIR_CLIENT; l->begun && d <= DIR_SERVER; d++) {
		struct flow_side *flow = &l->copy->side[d];
		struct layer_side *side = &l->side[d];

		flow->acked = text_acked(l, (enum direction)d, flow->acked);
		flow->guessed = flow->guessed && !from_start(l, (enum direction)d);
		if (!side->begun)
			continue;
		flow->delivered = side->text;
		flow->missing = side->missing + side->text_gap;
	}
}

static void begin_text(struct tls_layer *l, const struct frame_ref *frame)
{
	l->begun = true;
	show(l);
	l->sink.view(l->sink.context, l->copy);
	l->sink.begin(l->sink.context, frame);
}

static void give_chunk(struct tls_layer *l, const struct tls_opened *opened)
{
	enum direction d = opened->direction;
	struct layer_side *side = &l->side[d];
	struct chunk chunk = *opened->last;

	chunk.direction = d;
	chunk.gap = opened->gap;
	chunk.cut = opened->gap && opened->last->cut;
	chunk.inexact = opened->inexact;
	chunk.offset = side->text;
	chunk.length = opened->length;
	chunk.bytes = opened->gap ? NULL : opened->bytes.at;
	/* The sender had no more than this when it made the record. */
	chunk.acked_known = opened->first->acked_known;
	chunk.peer_acked = text_acked(l, direction_other(d), opened->first->peer_acked);
	side->text += opened->length;
	if (opened->gap)
		side->text_gap += opened->length;
	tls_places_add(&side->places, opened->wire_end ? opened->wire_end : side->wire, side->text);
	show(l);
	l->sink.chunk(l->sink.context, &chunk);
}

static void on_opened(void *context, const struct tls_opened *opened)
{
	struct tls_layer *l = context;

	if (!l->begun)
		begin_text(l, &opened->last->frame);
	if (opened->gap || (opened->type == TLS_APPLICATION_DATA && opened->length)) {
		give_chunk(l, opened);
	} else if (opened->type != TLS_APPLICATION_DATA && l->sink.message) {
		show(l);
		l->sink.message(l->sink.context, opened->direction, opened->type, opened->bytes,
				&opened->last->frame);
	}
}

struct tls_layer *tls_layer_create(struct tls_workspace *workspace, struct tls_handshake *handshake,
				   const struct flow *flow, const struct tls_layer_sink *sink)
{
	struct tls_layer *l = account_take_zeroed(workspace->account, 1, sizeof *l);

	if (!l)
		return NULL;
	l->workspace = workspace;
	l->sink = *sink;
	l->outer = flow;
	l->handshake = handshake;
	l->side[0].places.account = l->side[1].places.account = workspace->account;
	l->copy = account_take(workspace->account, sizeof *l->copy);
	l->opener = tls_opener_create(workspace, handshake, on_opened, l);
	if (l->copy && l->opener)
		return l;
	tls_layer_destroy(l);
	return NULL;
}

static void count_held(struct tls_layer *l)
{
	l->workspace->buffered += l->held.bytes;
	l->workspace->buffered -= l->held_bytes;
	l->held_bytes = l->held.bytes;
}

void tls_layer_destroy(struct tls_layer *l)
{
	if (!l)
		return;
	l->workspace->buffered -= l->held_bytes;
	backlog_clear(&l->held, l->workspace->account);
	tls_opener_destroy(l->opener);
	for (int d = 0; d < 2; d++)
		tls_places_finish(&l->side[d].places);
	account_free(l->workspace->account, l->copy);
	account_free(l->workspace->account, l);
}

void tls_layer_flow(struct tls_layer *l, const struct flow *flow)
{
	l->outer = flow;
}

static void open_chunk(struct tls_layer *l, const struct chunk *chunk)
{
	struct layer_side *side = &l->side[chunk->direction];

	if (!side->begun) {
		side->begun = true;
		side->base = side->text = chunk->offset;
		side->missing = l->outer->side[chunk->direction].missing - (chunk->gap ? chunk->length : 0);
		tls_places_add(&side->places, chunk->offset, chunk->offset);
	}
	side->wire = chunk->offset + chunk->length;
	tls_opener_push(l->opener, chunk);
}

static void give_event(struct tls_layer *l, const struct flow_event *event)
{
	struct flow_event inner = *event;
	enum direction d = event->direction;

	if (!l->begun && !l->then) {
		l->sink.event(l->sink.context, event);
		return;
	}
	if (l->begun) {
		inner.offset = event->kind == FLOW_EVENT_FIN && l->side[d].begun
				   ? l->side[d].text
				   : text_at(l, d, event->offset);
		if (event->length)
			inner.length = (uint32_t)(text_at(l, d, event->offset + event->length) - inner.offset);
		/* What was sent again was no text. */
		if (event->kind == FLOW_EVENT_RETRANSMIT && !inner.length)
			return;
	}
	show(l);
	l->sink.event(l->sink.context, &inner);
}

/* Passes on what is held, with the flow as it was then. */
static void release(struct tls_layer *l)
{
	struct backlog_entry *entry;

	if (!l->held.last)
		return;
	if (!l->begun) {
		show(l);
		l->sink.view(l->sink.context, l->copy);
	}
	while ((entry = backlog_take(&l->held))) {
		l->then = &entry->moment;
		if (entry->is_event)
			give_event(l, &entry->event);
		else
			open_chunk(l, &entry->chunk);
		l->then = NULL;
		account_free(l->workspace->account, entry);
	}
	count_held(l);
	show(l);
	if (!l->begun)
		l->sink.view(l->sink.context, l->outer);
}

static bool wants_hold(struct tls_layer *l)
{
	return l->workspace->keys_may_come && !l->gave_up && !l->begun &&
	       (l->held.last || tls_opener_lacks_keys(l->opener));
}

static void give_up(struct tls_layer *l)
{
	l->gave_up = true;
	release(l);
}

/* Looks for keys of what is held, and bounds it. */
static void look(struct tls_layer *l, tstamp now)
{
	uint64_t added = tls_keys_added(l->workspace->keys);

	if (!l->held.last)
		return;
	if (added != l->asked) {
		l->asked = added;
		if (!tls_opener_lacks_keys(l->opener)) {
			release(l);
			return;
		}
	}
	if (l->held.bytes > TLS_HELD || l->workspace->buffered > TLS_BUFFERED_SUM ||
	    now - l->held_since > TLS_HELD_TIME)
		give_up(l);
}

static void note_held(struct tls_layer *l, bool kept, tstamp now, bool first)
{
	if (first)
		l->held_since = now;
	count_held(l);
	if (!kept)
		give_up(l);
	else
		look(l, now);
}

void tls_layer_chunk(struct tls_layer *l, const struct chunk *chunk)
{
	struct flow_moment moment;
	bool first;

	look(l, chunk->frame.time);
	if (!wants_hold(l)) {
		open_chunk(l, chunk);
		return;
	}
	first = !l->held.last;
	moment = flow_moment_of(l->outer);
	note_held(l, backlog_add_chunk(&l->held, chunk, &moment, l->workspace->account), chunk->frame.time,
		  first);
}

void tls_layer_event(struct tls_layer *l, const struct flow_event *event)
{
	struct flow_moment moment;

	look(l, event->frame.time);
	if (!l->held.last) {
		give_event(l, event);
		return;
	}
	moment = flow_moment_of(l->outer);
	note_held(l, backlog_add_event(&l->held, event, &moment, l->workspace->account), event->frame.time,
		  false);
}

void tls_layer_flush(struct tls_layer *l, tstamp now)
{
	look(l, now);
	if (l->begun)
		show(l);
}

/* Some keys may have come, but not in time for this connection. */
static void note_missed(struct tls_layer *l)
{
	if (l->missed || l->begun || !l->workspace->keys_may_come || !l->handshake->client_hello_seen ||
	    (!tls_opener_lacks_keys(l->opener) && tls_opener_sealed(l->opener) != TLS_SEALED_LATE_KEY))
		return;
	l->missed = true;
	tls_workspace_missed(l->workspace, l->handshake->client_hello.random);
}

void tls_layer_end(struct tls_layer *l)
{
	look(l, l->held_since);
	give_up(l);
	note_missed(l);
	if (l->begun)
		show(l);
}

bool tls_layer_begun(const struct tls_layer *l)
{
	return l->begun;
}

enum tls_sealed_by tls_layer_sealed(const struct tls_layer *l)
{
	return tls_opener_sealed(l->opener);
}
