/* SPDX-License-Identifier: BSD-2-Clause */
#include "usual.h"

#include "harness.h"
#include "wire.h"

/* A frame, and the same one with a VLAN tag, which only the layers read. */
struct twins {
	struct wire plain, tagged;
	struct catch plain_result, tagged_result;
	struct packet *p, *q; /* the stages for either */
};

static struct twins *open_twins(void)
{
	static struct twins t;

	t.p = catch_packets(&t.plain_result);
	t.q = catch_packets(&t.tagged_result);
	return &t;
}

static void close_twins(struct twins *t)
{
	packet_destroy(t->p);
	packet_destroy(t->q);
}

enum { TYPE_AT = 12, TAG = 4, IP_AT = 14, TCP_AT = 34 };

static void tag(struct twins *t)
{
	memcpy(t->tagged.bytes, t->plain.bytes, TYPE_AT);
	memcpy(t->tagged.bytes + TYPE_AT, "\x81\x00\x00\x05", TAG);
	memcpy(t->tagged.bytes + TYPE_AT + TAG, t->plain.bytes + TYPE_AT, t->plain.length - TYPE_AT);
	t->tagged.length = t->plain.length + TAG;
}

static void expect_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	ck_assert(addr_equal(&a->addr, &b->addr));
	ck_assert_uint_eq(a->port, b->port);
}

static void expect_options(const struct segment_options *a, const struct segment_options *b)
{
	ck_assert_uint_eq(a->has_mss, b->has_mss);
	ck_assert_uint_eq(a->mss, b->mss);
	ck_assert_uint_eq(a->has_window_scale, b->has_window_scale);
	ck_assert_uint_eq(a->window_scale, b->window_scale);
	ck_assert_uint_eq(a->has_timestamp, b->has_timestamp);
	ck_assert_uint_eq(a->timestamp_value, b->timestamp_value);
	ck_assert_uint_eq(a->timestamp_echo, b->timestamp_echo);
	ck_assert_uint_eq(a->sack_permitted, b->sack_permitted);
	ck_assert_uint_eq(a->sack_count, b->sack_count);
}

static void expect_same(const struct segment *a, const struct segment *b)
{
	ck_assert_int_eq(a->kind, b->kind);
	expect_endpoint(&a->source, &b->source);
	expect_endpoint(&a->target, &b->target);
	ck_assert_uint_eq(a->seq, b->seq);
	ck_assert_uint_eq(a->ack, b->ack);
	ck_assert_uint_eq(a->window, b->window);
	ck_assert_uint_eq(a->flags, b->flags);
	ck_assert_uint_eq(a->fragmented, b->fragmented);
	ck_assert_uint_eq(a->ttl, b->ttl);
	ck_assert_uint_eq(a->ip_id, b->ip_id);
	ck_assert_uint_eq(a->payload_length, b->payload_length);
	ck_assert(span_equal(a->payload, b->payload));
	expect_options(&a->options, &b->options);
}

/* The steps behind the Ethernet header (and the tag) are the same. */
static void expect_same_trace(const struct packet_trace *a, const struct packet_trace *b, const struct twins *t)
{
	ck_assert_uint_eq(a->count + 1, b->count);
	for (size_t i = 1; i < a->count; i++) {
		ck_assert_str_eq(a->steps[i].layer, b->steps[i + 1].layer);
		ck_assert_uint_eq(a->steps[i].bytes.length, b->steps[i + 1].bytes.length);
		ck_assert_int_eq(a->steps[i].bytes.at - t->plain.bytes,
				 b->steps[i + 1].bytes.at - t->tagged.bytes - TAG);
	}
	ck_assert_str_eq(a->steps[0].layer, b->steps[0].layer);
	ck_assert_uint_eq(a->steps[0].bytes.length + TAG, b->steps[0].bytes.length);
	ck_assert_uint_eq(a->joined, b->joined);
	ck_assert_uint_eq(a->fragment.known, b->fragment.known);
	ck_assert_uint_eq(a->nested, b->nested);
}

/* Pushes both twins, cut to |captured| bytes behind the tag, and compares. Returns the outcome. */
static enum packet_outcome expect_twins(struct twins *t, size_t captured)
{
	struct frame frame = { .link_type = 1, .ref = { .number = 5, .time = 7 } };
	enum packet_outcome outcome, other;

	t->plain_result.count = t->tagged_result.count = 0;
	frame.bytes = span_of(t->plain.bytes, captured);
	frame.wire_length = (uint32_t)t->plain.length;
	outcome = packet_push(t->p, &frame);
	frame.bytes = span_of(t->tagged.bytes, captured + TAG);
	frame.wire_length += TAG;
	other = packet_push(t->q, &frame);
	ck_assert_int_eq(outcome, other);
	ck_assert_uint_eq(t->plain_result.count, t->tagged_result.count);
	if (t->plain_result.count)
		expect_same(&t->plain_result.segment, &t->tagged_result.segment);
	if (outcome == PACKET_SEGMENT)
		expect_same_trace(packet_trace(t->p), packet_trace(t->q), t);
	return outcome;
}

static bool is_usual(const struct wire *w)
{
	static struct segment segment;
	static struct packet_trace trace;
	const struct frame frame = { .link_type = 1,
				     .bytes = span_of(w->bytes, w->length),
				     .wire_length = (uint32_t)w->length };

	return usual_read(&frame, &segment, &trace);
}

/* With options of the handshake, with a timestamp, with neither, and with bytes behind the IP packet. */
static const char *const texts[] = {
	WIRE_ETH "0800 @4",
	WIRE_ETH "0800 " WIRE_IP4 "06 " WIRE_IP4_END
		 "0019d431 00000001 00000002 7012 1000 0000 0000 020405b4 01030307 220d0a",
	WIRE_ETH "0800 " WIRE_IP4 "06 " WIRE_IP4_END
		 "0019d431 00000001 00000002 8018 1000 0000 0000 0101080a 00000003 00000004 220d0a",
	WIRE_ETH
	"0800 4500 L4 0007 4000 4006 0000 0a000001 0a000002 0019d431 00000001 00000002 5010 1000 0000 0000 $ 000000000000",
};

START_TEST(usual_frames_are_read_at_once)
{
	struct twins *t = open_twins();

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		wire_make(&t->plain, texts[i]);
		ck_assert(is_usual(&t->plain));
		tag(t);
		ck_assert(!is_usual(&t->tagged));
		ck_assert_int_eq(expect_twins(t, t->plain.length), PACKET_SEGMENT);
	}
	close_twins(t);
}
END_TEST

START_TEST(cut_frames)
{
	struct twins *t = open_twins();

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		wire_make(&t->plain, texts[i]);
		tag(t);
		for (size_t length = IP_AT; length < t->plain.length; length++)
			expect_twins(t, length);
	}
	close_twins(t);
}
END_TEST

/* Each byte of the IP and TCP headers takes all values. */
START_TEST(changed_frames)
{
	struct twins *t = open_twins();
	unsigned segments = 0;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		wire_make(&t->plain, texts[i]);
		for (size_t at = IP_AT; at < TCP_AT + 32 && at < t->plain.length; at++) {
			const uint8_t before = t->plain.bytes[at];

			for (unsigned value = 0; value < 256; value++) {
				t->plain.bytes[at] = (uint8_t)value;
				tag(t);
				segments += expect_twins(t, t->plain.length) == PACKET_SEGMENT;
			}
			t->plain.bytes[at] = before;
		}
	}
	ck_assert_uint_gt(segments, 10000);
	close_twins(t);
}
END_TEST

SUITE("usual", usual_frames_are_read_at_once, cut_frames, changed_frames)
