/* SPDX-License-Identifier: BSD-2-Clause */
#include "recognition.h"

#include "harness.h"
#include "made_sighting.h"

/* Ends both; are they the same session? */
static bool same(struct sighting *a, struct sighting *b)
{
	bool result = recognition_is_same(a, b);

	ck_assert(recognition_is_same(b, a) == result);
	sighting_destroy(a);
	sighting_destroy(b);
	return result;
}

static struct sighting *bare(uint8_t flags, uint32_t seq, uint32_t ack)
{
	struct sighting *s = made_session(1);

	made_bare(s, DIR_SERVER, 0, flags, seq, ack);
	return s;
}

START_TEST(one_segment_identifies)
{
	ck_assert(same(bare(TCP_ACK, 7, 9), bare(TCP_ACK, 7, 9)));
	ck_assert(same(bare(TCP_ACK | TCP_FIN, 7, 9), bare(TCP_ACK, 7, 9)));
	ck_assert(!same(bare(TCP_ACK, 7, 9), bare(TCP_ACK, 7, 10)));
	ck_assert(!same(bare(TCP_ACK, 7, 9), bare(TCP_ACK, 8, 9)));
	ck_assert(!same(bare(TCP_ACK, 7, 9), bare(TCP_ACK, 9, 7)));
}
END_TEST

START_TEST(one_number_alone_does_not)
{
	ck_assert(!same(bare(TCP_FIN, 7, 0), bare(TCP_FIN, 7, 0)));
	/* What answers segments to a closed port has no number of its own. */
	ck_assert(!same(bare(TCP_ACK | TCP_RST, 0, 9), bare(TCP_ACK | TCP_RST, 0, 9)));
	ck_assert(same(bare(TCP_ACK | TCP_RST, 1, 9), bare(TCP_ACK | TCP_RST, 1, 9)));
}
END_TEST

START_TEST(segment_counts_in_its_own_direction)
{
	struct sighting *a = made_session(1), *b = made_session(1);

	made_bare(a, DIR_CLIENT, 0, TCP_ACK, 7, 9);
	made_bare(b, DIR_SERVER, 0, TCP_ACK, 7, 9);
	ck_assert(!same(a, b));
}
END_TEST

START_TEST(common_segment_is_found_among_others)
{
	struct sighting *a = made_session(1), *b = made_session(1);

	made_bare(a, DIR_SERVER, 0, TCP_ACK, 20000, 1);
	for (uint32_t i = 0; i < 50; i++) {
		made_bare(a, DIR_SERVER, i, TCP_ACK, 9000 - i * 3, 1);
		made_bare(b, DIR_SERVER, i, TCP_ACK, 9001 + i * 3, 1);
	}
	ck_assert(!recognition_is_same(a, b));
	made_bare(a, DIR_SERVER, 99, TCP_ACK, 9040, 1);
	ck_assert(same(a, b));
}
END_TEST

START_TEST(handshake_identifies)
{
	struct sighting *a = made_session(1), *b = made_session(2), *c = made_session(1);

	made_handshake(a, 0);
	made_place(b, a->marks.side[DIR_CLIENT].first_seq, 5);
	made_handshake(b, TSTAMP_SECOND);
	ck_assert(recognition_is_same(a, b));
	made_place(c, 3, 4);
	made_handshake(c, 0);
	ck_assert(!recognition_is_same(b, c));
	a->side[DIR_SERVER].syn.options.has_timestamp = c->side[DIR_SERVER].syn.options.has_timestamp = true;
	a->side[DIR_SERVER].syn.options.timestamp_value = 77;
	c->side[DIR_SERVER].syn.options.timestamp_value = 78;
	ck_assert(!recognition_is_same(a, c));
	c->side[DIR_SERVER].syn.options.timestamp_value = 77;
	ck_assert(same(a, c));
	sighting_destroy(b);
}
END_TEST

/* The bytes of two captures that begin at different segments, so that only the bytes are common. */
static bool same_bytes(const char *one, int64_t from, const char *other)
{
	struct sighting *a = made_session(1), *b = made_session(1);

	made_segment(a, DIR_SERVER, 0, 0, one);
	made_segment(b, DIR_SERVER, 0, from, other);
	return same(a, b);
}

START_TEST(sixteen_bytes_at_their_place_identify)
{
	ck_assert(!same_bytes("..abcdefghijklmno", 2, "abcdefghijklmno"));
	ck_assert(same_bytes("..abcdefghijklmnop", 2, "abcdefghijklmnop"));
	ck_assert(!same_bytes("..abcdefghijklmnop", 3, "abcdefghijklmnop"));
}
END_TEST

START_TEST(two_thirds_of_the_bytes_must_be_equal)
{
	ck_assert(!same_bytes("..abcdefghijklmnop........", 2, "abcdefghijklmnop!!!!!!!!"));
	ck_assert(same_bytes("..abcdefghijklmnop.......", 2, "abcdefghijklmnop!!!!!!!"));
}
END_TEST

/* Two sessions in which the server says these lines. */
static bool same_replies(const char *one, const char *other, const char *command)
{
	struct sighting *a = made_session(1), *b = made_session(2);

	made_line(a, DIR_SERVER, 0, "220 mx");
	made_line(b, DIR_SERVER, 0, "220 mx");
	if (command)
		made_line(a, DIR_CLIENT, 1, command);
	made_line(a, DIR_SERVER, 2, one);
	if (command)
		made_line(b, DIR_CLIENT, 1, command);
	made_line(b, DIR_SERVER, 2, other);
	return same(a, b);
}

START_TEST(identifier_of_a_reply_identifies)
{
	ck_assert(same_replies("250 queued as 4ABC12DE", "250 Ok 4ABC12DE", NULL));
	ck_assert(!same_replies("250 queued as 4ABC12DE", "250 queued as 4ABC12DF", NULL));
	ck_assert(!same_replies("250 queued as 4ABC12D", "250 queued as 4ABC12D", NULL));
	ck_assert(!same_replies("250 queued as 4ABCDE1F", "250 queued as 4ABCDE1F", NULL));
	ck_assert(!same_replies("550 blocked 4ABC12DE", "550 blocked 4ABC12DE", NULL));
	ck_assert(!same_replies("250 hello 4ABC12DE", "250 hello 4ABC12DE", "EHLO 4ABC12DE"));
}
END_TEST

/* A dialogue of |lines| lines over |span|; |jitter| later at its middle. */
static struct sighting *dialogue(unsigned number, unsigned lines, tstamp span, tstamp jitter)
{
	struct sighting *s = made_session(number);

	for (unsigned i = 0; i < lines; i++) {
		tstamp time = number * TSTAMP_SECOND + span / (lines - 1) * i + (i == lines / 2 ? jitter : 0);

		made_line(s, i % 2 ? DIR_CLIENT : DIR_SERVER, time, i % 2 ? "NOOP" : "250 Ok");
	}
	return s;
}

START_TEST(lines_and_their_times_identify)
{
	tstamp second = TSTAMP_SECOND;

	ck_assert(same(dialogue(1, 5, second, 0), dialogue(2, 5, second, 0)));
	/* One line less, or a session that is over a little earlier, says too little. */
	ck_assert(same(dialogue(1, 4, 3 * second, 0), dialogue(2, 4, 3 * second, 0)));
	ck_assert(!same(dialogue(1, 3, 3 * second, 0), dialogue(2, 3, 3 * second, 0)));
	ck_assert(!same(dialogue(1, 5, second - 4, 0), dialogue(2, 5, second - 4, 0)));
	ck_assert(same(dialogue(1, 5, second, 0), dialogue(2, 5, second, second / 10)));
	ck_assert(!same(dialogue(1, 5, second, 0), dialogue(2, 5, second, second / 10 + 1)));
}
END_TEST

START_TEST(other_timestamps_refute_the_rhythm)
{
	struct sighting *a = dialogue(1, 5, TSTAMP_SECOND, 0), *b = dialogue(2, 5, TSTAMP_SECOND, 0);

	made_handshake(a, 0);
	made_handshake(b, 0);
	ck_assert(recognition_is_same(a, b));
	a->side[DIR_CLIENT].syn.options.has_timestamp = b->side[DIR_CLIENT].syn.options.has_timestamp = true;
	a->side[DIR_CLIENT].syn.options.timestamp_value = 1;
	ck_assert(!same(a, b));
}
END_TEST

SUITE("recognition", one_segment_identifies, one_number_alone_does_not, segment_counts_in_its_own_direction,
      common_segment_is_found_among_others, handshake_identifies, sixteen_bytes_at_their_place_identify,
      two_thirds_of_the_bytes_must_be_equal, identifier_of_a_reply_identifies, lines_and_their_times_identify,
      other_timestamps_refute_the_rhythm)
