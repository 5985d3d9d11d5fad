/* SPDX-License-Identifier: BSD-2-Clause */
/* What the reader of a mail is told is what its writer was told, with the flow as it was then. */
#include "mail.h"

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

static const struct stream_sink sink = {
	.context = seen, .open = on_open, .chunk = on_chunk, .event = on_event, .close = on_close
};

static void play(const struct buf *mail)
{
	struct letter *letter;
	uint64_t ordinal = 0;
	size_t at = 0;

	seen[0] = 0;
	while ((letter = mail_next(mail, &at))) {
		ck_assert_uint_gt(letter->ordinal, ordinal);
		ordinal = letter->ordinal;
		letter_play(letter, &sink);
	}
}

START_TEST(calls_come_as_they_were)
{
	struct buf mail;
	struct replica *r = malloc(sizeof *r);
	struct flow flow = { .syn_count = 1 };
	struct segment segment = { .seq = 77, .payload = span_text("not kept") };
	struct flow_event event = { .kind = FLOW_EVENT_ICMP, .length = 5 };
	struct chunk chunk = { .bytes = (const uint8_t *)"HELO", .length = 4 };

	ck_assert(r && mail_init(&mail, NULL));
	ck_assert(mail_open(&mail, 1, r, &flow));
	flow.syn_count = 2;
	ck_assert(mail_chunk(&mail, 2, r, &flow, &chunk));
	flow.syn_count = 3;
	chunk = (struct chunk){ .gap = true, .length = 1 << 30 };
	ck_assert(mail_chunk(&mail, 3, r, &flow, &chunk));
	ck_assert(mail_event(&mail, 4, r, &flow, &event));
	event.segment = &segment;
	ck_assert(mail_event(&mail, 5, r, &flow, &event));
	ck_assert(mail_flush(&mail, 6, 9));
	ck_assert(mail_close(&mail, 7, r, &flow, FLOW_END_IDLE, 8));
	/* The writer's own have changed since. */
	memset(&flow, 0xff, sizeof flow);
	memset(&segment, 0xff, sizeof segment);
	play(&mail);
	ck_assert_str_eq(seen, "open 1;chunk HELO at 2;gap  at 3;event 5 alone;event 5 with segment;close 2 8");
	buf_finish(&mail);
}
END_TEST

START_TEST(what_the_stages_set_stays)
{
	struct buf mail;
	struct replica *r = malloc(sizeof *r);
	struct flow flow = { .number = 4 };
	struct flow_event event = { .kind = FLOW_EVENT_SYN };
	struct letter *letter;
	size_t at = 0;

	ck_assert(r && mail_init(&mail, NULL));
	seen[0] = 0;
	mail_open(&mail, 1, r, &flow);
	mail_event(&mail, 2, r, &flow, &event);
	mail_close(&mail, 3, r, &flow, FLOW_END_CLOSED, 0);
	letter = mail_next(&mail, &at);
	letter_play(letter, &sink);
	opened->ignored = true;
	letter_play(mail_next(&mail, &at), &sink);
	ck_assert(opened->ignored && opened->attachment == seen && opened->number == 4);
	letter_play(mail_next(&mail, &at), &sink);
	ck_assert_ptr_null(mail_next(&mail, &at));
	buf_finish(&mail);
}
END_TEST

START_TEST(a_full_mail_takes_no_more)
{
	static const uint8_t bytes[65536];
	struct buf mail;
	struct replica r;
	struct flow flow = { 0 };
	struct chunk chunk = { .bytes = bytes, .length = sizeof bytes };
	size_t count = 0, at = 0;

	ck_assert(mail_init(&mail, NULL));
	while (mail_chunk(&mail, count + 1, &r, &flow, &chunk))
		count++;
	ck_assert_uint_ge(count, MAIL_FULL / sizeof bytes);
	ck_assert_uint_le(mail.length, MAIL_ROOM);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_eq(mail_next(&mail, &at)->ordinal, i + 1);
	ck_assert_ptr_null(mail_next(&mail, &at));
	buf_clear(&mail);
	/* An empty one holds the longest. */
	chunk.length = sizeof bytes;
	ck_assert(mail_chunk(&mail, 1, &r, &flow, &chunk));
	buf_finish(&mail);
}
END_TEST

SUITE("pipeline/mail", calls_come_as_they_were, what_the_stages_set_stays, a_full_mail_takes_no_more)
