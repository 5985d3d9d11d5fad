/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the stream stage with any segments (segments.h). Checks the contracts of chunk.h and stream.h:
 * offsets without holes, causal order, facts that agree with the output, one close for each open and nothing
 * after it.
 */
#include "segments.h"
#include "stream.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct opened {
	struct opened *next;
	struct flow *flow;
	uint64_t delivered[2], missing[2];
	bool closed;
};

struct world {
	struct opened *all;
	uint64_t count, closed;
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void *on_open(void *context, struct flow *flow)
{
	struct world *w = context;
	struct opened *o = calloc(1, sizeof *o);

	if (!o)
		exit(1);
	o->flow = flow;
	o->next = w->all;
	w->all = o;
	require(flow->number == ++w->count);
	require(flow->side[0].delivered == 0 && flow->side[1].delivered == 0);
	return o;
}

static void on_chunk(void *session, const struct chunk *c)
{
	struct opened *o = session;
	volatile uint8_t sum = 0;

	require(!o->closed && c->length > 0);
	require(c->gap == (c->bytes == NULL) && (c->gap || !c->cut));
	require(c->offset == o->delivered[c->direction]);
	o->delivered[c->direction] += c->length;
	o->missing[c->direction] += c->gap ? c->length : 0;
	require(!c->acked_known || c->peer_acked <= o->delivered[direction_other(c->direction)]);
	require(o->flow->side[c->direction].delivered == o->delivered[c->direction]);
	require(o->flow->side[c->direction].missing == o->missing[c->direction]);
	require(c->frame.number > 0 && c->sent.number > 0 && c->sent.number <= c->frame.number);
	for (uint64_t i = 0; !c->gap && i < c->length; i++)
		sum = (uint8_t)(sum + c->bytes[i]);
}

static void on_event(void *session, const struct flow_event *e)
{
	struct opened *o = session;

	require(!o->closed);
	require(e->direction == DIR_CLIENT || e->direction == DIR_SERVER);
	if (e->kind == FLOW_EVENT_FIN)
		require(o->flow->side[e->direction].fin && o->flow->closed != FLOW_OPEN &&
			e->offset == o->delivered[e->direction]);
	if (e->kind == FLOW_EVENT_RST)
		require(o->flow->side[e->direction].rst && o->flow->closed != FLOW_OPEN);
	if (e->kind == FLOW_EVENT_CONFLICT || e->kind == FLOW_EVENT_RETRANSMIT)
		require(e->length > 0);
}

static void on_close(void *session, enum flow_end end, tstamp time)
{
	struct opened *o = session;

	(void)time;
	require(!o->closed && end <= FLOW_END_INPUT);
	require(o->flow->attachment == o);
	o->closed = true;
	o->flow = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ports[] = { 25 };
	struct stream_config config = { .ports = ports, .port_count = 1, .secret = { 1, 2 } };
	struct world world = { 0 };
	struct stream_sink sink = {
		.context = &world, .open = on_open, .chunk = on_chunk, .event = on_event, .close = on_close
	};
	struct segments segments;
	struct segment g;
	struct stream *stream;

	if (size == 0)
		return 0;
	/* Small limits, so that they are reached. */
	config.max_flows = 1 + (data[0] & 3);
	config.max_held = data[0] & 4 ? 300 : 0;
	config.max_held_total = data[0] & 8 ? 500 : 0;
	config.any_port = data[0] & 16;
	stream = stream_create(&config, &sink);
	if (!stream)
		return 0;
	segments = segments_of(data + 1, size - 1);
	while (segments_next(&segments, &g)) {
		/* Memory of exactly that size, so that a sanitizer detects a read past its end. */
		uint8_t *copy = malloc(g.payload.length ? g.payload.length : 1);

		if (!copy)
			exit(1);
		if (g.payload.length)
			memcpy(copy, g.payload.at, g.payload.length);
		g.payload.at = copy;
		stream_push(stream, &g);
		free(copy);
	}
	stream_finish(stream);
	require(stream_counters(stream).flows == world.count);
	require(stream_counters(stream).evicted <= world.count);
	stream_destroy(stream);
	while (world.all) {
		struct opened *o = world.all;

		require(o->closed);
		world.all = o->next;
		free(o);
	}
	return 0;
}
