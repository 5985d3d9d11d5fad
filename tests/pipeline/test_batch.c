/* SPDX-License-Identifier: BSD-2-Clause */
/* Played calls are those that were recorded, with the flow as it was then. */
#include "batch.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char seen[1024];
static struct flow *opened;

static void *on_open(void *context, struct flow *flow)
{
	opened = flow;
	flow->attachment = context;
	snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "open %u;", flow->syn_count);
	return seen;
}

static void on_chunk(void *session, const struct chunk *chunk)
{
	ck_assert_ptr_eq(session, seen);
	snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s %.*s at %u;",
		 chunk->gap ? "gap" : "chunk", chunk->gap ? 0 : (int)chunk->length,
		 chunk->gap ? "" : (const char *)chunk->bytes, opened->syn_count);
}

static void on_event(void *session, const struct flow_event *event)
{
	ck_assert_ptr_eq(session, seen);
	snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "event %u %s;", event->length,
		 event->segment ? "with segment" : "alone");
	if (event->segment)
		ck_assert_uint_eq(event->segment->seq, 77);
}

static void on_close(void *session, enum flow_end end, tstamp time)
{
	ck_assert_ptr_eq(session, seen);
	snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "close %d %d", (int)end, (int)time);
}

static unsigned announced; /* steps, in sum */

static void on_expect(const void *session, unsigned step)
{
	/* Before the session is opened, there is nothing to fetch. */
	ck_assert(session == seen || !session);
	ck_assert_uint_lt(step, BATCH_STEPS - 2);
	announced++;
}

static const struct stream_sink sink = {
	.context = seen, .open = on_open, .chunk = on_chunk, .event = on_event, .expect = on_expect, .close = on_close
};

static void play(const struct buf *batch)
{
	struct batch_reader reader;
	struct call *call;
	uint64_t ordinal = 0;

	seen[0] = 0;
	batch_read(&reader, batch, &sink);
	while ((call = batch_take(&reader))) {
		ck_assert_uint_gt(call->ordinal, ordinal);
		ordinal = call->ordinal;
		call_play(call, &sink);
	}
}

START_TEST(calls_come_as_they_were)
{
	struct buf batch;
	struct replica *r = malloc(sizeof *r);
	struct flow flow = { .syn_count = 1 };
	struct segment segment = { .seq = 77, .payload = span_text("not kept") };
	struct flow_event event = { .kind = FLOW_EVENT_ICMP, .length = 5 };
	struct chunk chunk = { .bytes = (const uint8_t *)"HELO", .length = 4 };

	ck_assert(r && batch_init(&batch, NULL));
	r->flow = flow;
	ck_assert(batch_open(&batch, 1, r));
	flow.syn_count = 2;
	ck_assert(batch_chunk(&batch, 2, r, &flow, &chunk));
	flow.syn_count = 3;
	chunk = (struct chunk){ .gap = true, .length = 1 << 30 };
	ck_assert(batch_chunk(&batch, 3, r, &flow, &chunk));
	ck_assert(batch_event(&batch, 4, r, &flow, &event));
	event.segment = &segment;
	ck_assert(batch_event(&batch, 5, r, &flow, &event));
	ck_assert(batch_flush(&batch, 6, 9));
	ck_assert(batch_close(&batch, 7, r, &flow, FLOW_END_IDLE, 8));
	/* The writer's own have changed since. */
	memset(&flow, 0xff, sizeof flow);
	memset(&segment, 0xff, sizeof segment);
	play(&batch);
	ck_assert_str_eq(seen, "open 1;chunk HELO at 2;gap  at 3;event 5 alone;event 5 with segment;close 2 8");
	buf_finish(&batch);
}
END_TEST

START_TEST(what_the_stages_set_stays)
{
	struct buf batch;
	struct replica *r = malloc(sizeof *r);
	struct flow flow = { .number = 4 };
	struct flow_event event = { .kind = FLOW_EVENT_SYN };
	struct batch_reader reader;

	ck_assert(r && batch_init(&batch, NULL));
	seen[0] = 0;
	r->flow = flow;
	batch_open(&batch, 1, r);
	batch_event(&batch, 2, r, &flow, &event);
	batch_close(&batch, 3, r, &flow, FLOW_END_CLOSED, 0);
	batch_read(&reader, &batch, &sink);
	call_play(batch_take(&reader), &sink);
	opened->ignored = true;
	call_play(batch_take(&reader), &sink);
	ck_assert(opened->ignored && opened->attachment == seen && opened->number == 4);
	call_play(batch_take(&reader), &sink);
	ck_assert_ptr_null(batch_take(&reader));
	buf_finish(&batch);
}
END_TEST

START_TEST(a_full_mail_takes_no_more)
{
	static const uint8_t bytes[65536];
	struct buf batch;
	struct replica r;
	struct flow flow = { 0 };
	struct chunk chunk = { .bytes = bytes, .length = sizeof bytes };
	struct batch_reader reader;
	size_t count = 0;

	ck_assert(batch_init(&batch, NULL));
	while (batch_chunk(&batch, count + 1, &r, &flow, &chunk))
		count++;
	ck_assert_uint_ge(count, BATCH_FULL / sizeof bytes);
	ck_assert_uint_le(batch.length, BATCH_ROOM);
	r.session = NULL;
	batch_read(&reader, &batch, &sink);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_eq(batch_take(&reader)->ordinal, i + 1);
	ck_assert_ptr_null(batch_take(&reader));
	buf_clear(&batch);
	/* An empty one holds the longest. */
	chunk.length = sizeof bytes;
	ck_assert(batch_chunk(&batch, 1, &r, &flow, &chunk));
	buf_finish(&batch);
}
END_TEST

/* Many calls: all but the last ones are announced in every step. A close frees the replica, which is not looked at afterwards. */
START_TEST(calls_are_announced)
{
	enum { CALLS = 100 };
	struct buf batch;
	struct flow flow = { 0 };
	struct flow_event event = { .kind = FLOW_EVENT_SYN };
	struct batch_reader reader;

	ck_assert(batch_init(&batch, NULL));
	for (unsigned round = 0; round < CALLS; round++) {
		struct replica *r = calloc(1, sizeof *r);

		ck_assert_ptr_nonnull(r);
		ck_assert(batch_open(&batch, 3 * round + 1, r));
		ck_assert(batch_event(&batch, 3 * round + 2, r, &flow, &event));
		ck_assert(batch_close(&batch, 3 * round + 3, r, &flow, FLOW_END_IDLE, 0));
	}
	announced = 0;
	batch_read(&reader, &batch, &sink);
	for (struct call *call; (call = batch_take(&reader));) {
		seen[0] = 0;
		call_play(call, &sink);
	}
	ck_assert_uint_gt(announced, (3 * CALLS - BATCH_AHEAD) * (BATCH_STEPS - 2));
	buf_finish(&batch);
}
END_TEST

SUITE("pipeline/batch", calls_are_announced, calls_come_as_they_were, what_the_stages_set_stays,
      a_full_mail_takes_no_more)
