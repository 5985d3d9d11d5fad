/* SPDX-License-Identifier: BSD-2-Clause */
#include "batch.h"

#include "prefetch.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

enum { ALIGNMENT = _Alignof(max_align_t) };

bool batch_init(struct buf *batch, struct account *account)
{
	buf_init_charged(batch, BATCH_ROOM, account);
	return buf_reserve(batch, BATCH_ROOM);
}

/* Adds a call whose structure has |used| bytes and is followed by |extra| more; NULL: it does not fit. The memory is there. */
static struct call *add(struct buf *batch, uint64_t ordinal, enum call_kind kind, size_t used, size_t extra)
{
	size_t size = (used + extra + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct call *call = (struct call *)(void *)(batch->at + batch->length);

	if (size > batch->limit - batch->length)
		return NULL;
	batch->length += size;
	call->size = size;
	call->ordinal = ordinal;
	call->kind = kind;
	return call;
}

/* The same of a call about the connection of |r|; |flow|: as it is now, or NULL. */
static struct call *add_about(struct buf *batch, uint64_t ordinal, enum call_kind kind, struct replica *r,
			      const struct flow *flow, size_t used, size_t extra)
{
	struct call *call = add(batch, ordinal, kind, used, extra);

	if (call) {
		call->replica = r;
		if (flow)
			flow_save(flow, &call->flow);
	}
	return call;
}

/* Where in a call the bytes of its chunk are. */
static size_t chunk_at(void)
{
	size_t end = offsetof(struct call, chunk) + sizeof(struct chunk);

	return (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

bool batch_open(struct buf *batch, uint64_t ordinal, struct replica *r)
{
	return add_about(batch, ordinal, CALL_OPEN, r, NULL, offsetof(struct call, flow), 0);
}

bool batch_chunk(struct buf *batch, uint64_t ordinal, struct replica *r, const struct flow *flow,
		 const struct chunk *chunk)
{
	size_t bytes = chunk->gap ? 0 : chunk->length;
	struct call *call = add_about(batch, ordinal, CALL_CHUNK, r, flow, chunk_at(), bytes);

	if (!call)
		return false;
	call->chunk = *chunk;
	if (bytes)
		memcpy((uint8_t *)call + chunk_at(), chunk->bytes, bytes);
	return true;
}

bool batch_event(struct buf *batch, uint64_t ordinal, struct replica *r, const struct flow *flow,
		 const struct flow_event *event)
{
	size_t used = event->segment ? sizeof(struct call) : offsetof(struct call, segment);
	struct call *call = add_about(batch, ordinal, CALL_EVENT, r, flow, used, 0);

	if (!call)
		return false;
	call->event = *event;
	call->has_segment = event->segment != NULL;
	if (event->segment) {
		call->segment = *event->segment;
		call->segment.payload = (struct span){ 0 };
	}
	return true;
}

bool batch_close(struct buf *batch, uint64_t ordinal, struct replica *r, const struct flow *flow,
		 enum flow_end end, tstamp time)
{
	size_t used = offsetof(struct call, time) + sizeof time;
	struct call *call = add_about(batch, ordinal, CALL_CLOSE, r, flow, used, 0);

	if (!call)
		return false;
	call->end = end;
	call->time = time;
	return true;
}

bool batch_flush(struct buf *batch, uint64_t ordinal, tstamp now)
{
	struct call *call = add(batch, ordinal, CALL_FLUSH, offsetof(struct call, now) + sizeof now, 0);

	if (!call)
		return false;
	call->replica = NULL;
	call->now = now;
	return true;
}

/* Returns the call at |*at| (0: the first) and moves |*at| past it; NULL after the last. */
static struct call *next_call(const struct buf *batch, size_t *at)
{
	struct call *call;

	if (*at >= batch->length)
		return NULL;
	call = (struct call *)(void *)(batch->at + *at);
	assert(call->size <= batch->length - *at);
	*at += call->size;
	return call;
}

/* Step 0: the record of the call; 1: what it is about; then what the sink needs. */
static void expect(const struct batch_reader *r, const struct call *call, unsigned step)
{
	if (step == 0)
		prefetch(call, sizeof *call);
	else if (step == 1)
		prefetch(call->replica, sizeof *call->replica);
	else if (call->replica && r->sink->expect)
		r->sink->expect(call->replica->session, step - 2);
}

void batch_read(struct batch_reader *r, const struct buf *batch, const struct stream_sink *sink)
{
	*r = (struct batch_reader){ .batch = batch, .sink = sink };
}

/* Reads one more call. Returns false after the last. */
static bool read_ahead(struct batch_reader *r)
{
	struct call *call = next_call(r->batch, &r->at);

	if (!call)
		return false;
	r->ring[(r->first + r->count++) % BATCH_AHEAD] = call;
	return true;
}

_Static_assert((BATCH_STEPS - 1) * BATCH_DISTANCE < BATCH_AHEAD, "every step comes in time");

struct call *batch_take(struct batch_reader *r)
{
	struct call *call;

	while (r->count < BATCH_AHEAD && read_ahead(r)) {
		unsigned newest = r->first + r->count - 1;

		for (unsigned step = 0; step < BATCH_STEPS && step * BATCH_DISTANCE < r->count; step++)
			expect(r, r->ring[(newest - step * BATCH_DISTANCE) % BATCH_AHEAD], step);
	}
	if (!r->count)
		return NULL;
	call = r->ring[r->first];
	r->first = (r->first + 1) % BATCH_AHEAD;
	r->count--;
	return call;
}

void call_play(struct call *call, const struct stream_sink *sink)
{
	struct replica *r = call->replica;

	if (call->kind != CALL_OPEN && call->kind != CALL_FLUSH)
		flow_restore(&r->flow, &call->flow);
	switch (call->kind) {
	case CALL_OPEN:
		r->session = sink->open(sink->context, &r->flow);
		break;
	case CALL_CHUNK:
		call->chunk.bytes = call->chunk.gap ? NULL : (const uint8_t *)call + chunk_at();
		sink->chunk(r->session, &call->chunk);
		break;
	case CALL_EVENT:
		call->event.segment = call->has_segment ? &call->segment : NULL;
		sink->event(r->session, &call->event);
		break;
	case CALL_CLOSE:
		sink->close(r->session, call->end, call->time);
		free(r);
		break;
	case CALL_FLUSH:
		break;
	}
}
