/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Header prediction (connection.c) changes nothing but time: random dialogues are pushed twice, the second time with a flag in every segment that
 * has no meaning to the stage, but that predicted segments do not have.
 */
#include "harness.h"
#include "tap.h"

enum { DIALOGUES = 300, SEGMENTS = 40 };

static struct tap tap;
static uint32_t seed;

static unsigned roll(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % sides;
}

/* Mostly |usual|, sometimes up to 3 less or more. */
static int64_t near(int64_t usual, unsigned odds)
{
	return roll(odds) ? usual : usual + (int64_t)roll(7) - 3;
}

/* One random segment; |sent|: bytes that each side has sent. */
static void send(int64_t sent[2], unsigned flag)
{
	static const unsigned odd_flags[] = { TCP_FIN, TCP_RST, TCP_SYN, TCP_PSH };
	static const char text[] = "abcdef";
	enum direction d = roll(2) ? DIR_CLIENT : DIR_SERVER;
	int64_t offset = near(sent[d], 12), ack = near(sent[direction_other(d)], 12);
	size_t length = roll(sizeof text);
	unsigned flags = TCP_ACK | (roll(3) ? TCP_PSH : 0);
	struct segment segment;

	if (!roll(60))
		flags |= odd_flags[roll(4)];
	segment = tap_segment(&tap, d, offset, ack, flags | flag, text + sizeof text - 1 - length);
	if (!roll(25))
		segment.window = 0;
	if (!roll(25))
		segment.payload_length += 2; /* cut by the capture */
	stream_push(tap.stream, &segment);
	if (offset + (int64_t)segment.payload_length > sent[d])
		sent[d] = offset + (int64_t)segment.payload_length;
	if (!roll(15))
		tap_wait(&tap, 3 * TSTAMP_SECOND);
}

/* Returns the log of the dialogue number |which|, with the facts of its sides. The caller must free it. */
static char *dialogue(unsigned which, unsigned flag)
{
	int64_t sent[2] = { 0 };
	struct buf log;
	char *text;

	seed = which * 7919 + 1;
	tap_init(&tap, NULL);
	tap.any_order = true;
	if (roll(4))
		tap_handshake(&tap);
	for (unsigned i = 0; i < SEGMENTS; i++)
		send(sent, flag);
	stream_finish(tap.stream);
	buf_init(&log, 1 << 20);
	buf_text(&log, tap_log(&tap));
	for (size_t i = 0; i < tap.sessions; i++)
		for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
			const struct flow_side *side = &tap.session[i].last.side[d];

			buf_format(&log, "\n%ju %ju %ju %ju %ju %u %u %d %d", (uintmax_t)side->packets,
				   (uintmax_t)side->payload_bytes, (uintmax_t)side->delivered,
				   (uintmax_t)side->missing, (uintmax_t)side->acked, side->retransmissions,
				   side->largest_acked, side->guessed, (int)tap.session[i].last.opened);
		}
	text = strdup(buf_string(&log));
	buf_finish(&log);
	tap_finish(&tap);
	return text;
}

START_TEST(test_prediction_changes_nothing)
{
	size_t bytes = 0;

	for (unsigned which = 0; which < DIALOGUES; which++) {
		char *predicted = dialogue(which, 0), *slow = dialogue(which, TCP_URG);

		ck_assert_str_eq(predicted, slow);
		bytes += strlen(slow);
		free(predicted);
		free(slow);
	}
	ck_assert_uint_gt(bytes, 100 * DIALOGUES);
}
END_TEST

SUITE("stream/prediction", test_prediction_changes_nothing)
