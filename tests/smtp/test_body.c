/* SPDX-License-Identifier: BSD-2-Clause */
#include "body.h"
#include "harness.h"

#include <stdio.h>

/* A reader that goes byte by byte and knows only the rule: lines, and what ends them (RFC 5321 4.1.1.4, 4.5.2). */
struct naive {
	uint8_t seen[4096];
	size_t count;
	uint64_t stuffed;
};

static uint8_t at_back(const struct naive *n, size_t back)
{
	/* Before the first byte stands the CRLF of the DATA line. */
	if (back <= n->count)
		return n->seen[n->count - back];
	back -= n->count;
	return back == 1 ? '\n' : back == 2 ? '\r' : 0;
}

/* True at the end of data. */
static bool naive_byte(struct naive *n, uint8_t byte)
{
	n->seen[n->count++] = byte;
	if (byte == '.' && at_back(n, 2) == '.' && at_back(n, 3) == '\n')
		n->stuffed++;
	return byte == '\n' && at_back(n, 2) == '\r' && at_back(n, 3) == '.' && at_back(n, 4) == '\n' &&
	       at_back(n, 5) == '\r';
}

struct outcome {
	uint64_t end;	/* bytes read up to the end of data; 0: none */
	uint64_t bytes; /* of the message, or of what was read */
	uint64_t lax;	/* where the first lax end was seen; 0: none */
};

static struct outcome read_naive(const uint8_t *bytes, size_t length)
{
	static struct naive n;
	struct outcome o = { 0 };

	n.count = 0;
	n.stuffed = 0;
	for (size_t i = 0; i < length; i++)
		if (naive_byte(&n, bytes[i])) {
			o.end = i + 1;
			o.bytes = i + 1 - 3 - n.stuffed;
			return o;
		}
	o.bytes = length - n.stuffed;
	return o;
}

/* Reads in chunks of the given lengths (the last repeats). */
static struct outcome read_body(const uint8_t *bytes, size_t length, const size_t *cuts, size_t cut_count)
{
	struct outcome o = { 0 };
	struct body b;
	size_t at = 0, piece = 0;

	body_begin(&b);
	while (at < length) {
		size_t size = cuts[piece < cut_count ? piece : cut_count - 1], used = 0, stuck = 0;
		struct span rest = span_of(bytes + at, size < length - at ? size : length - at);

		piece++;
		while (rest.length) {
			enum body_result result = body_read(&b, rest, &used);

			ck_assert_uint_le(used, rest.length);
			at += used;
			rest = span_from(rest, used);
			ck_assert_uint_eq(b.seen, at);
			if (result == BODY_END) {
				o.end = at;
				o.bytes = b.bytes;
				return o;
			}
			if (result == BODY_LAX && !o.lax)
				o.lax = at;
			stuck = used ? 0 : stuck + 1;
			ck_assert_uint_lt(stuck, 2);
			if (result == BODY_MORE)
				ck_assert_uint_eq(rest.length, 0);
		}
	}
	o.bytes = b.bytes;
	return o;
}

static void check_all_cuts(const char *text)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t length = strlen(text);
	struct outcome wanted = read_naive(bytes, length), whole, got;
	size_t one = 1;

	whole = read_body(bytes, length, &length, 1);
	ck_assert_msg(whole.end == wanted.end && whole.bytes == wanted.bytes, "\"%s\"", text);
	got = read_body(bytes, length, &one, 1);
	ck_assert_msg(got.end == wanted.end && got.bytes == wanted.bytes && got.lax == whole.lax,
		      "\"%s\" bytewise", text);
	for (size_t a = 1; a < length; a++) {
		for (size_t b = 1; b < length - a + 1; b++) {
			size_t cuts[3] = { a, b, length };

			got = read_body(bytes, length, cuts, 3);
			ck_assert_msg(got.end == wanted.end && got.bytes == wanted.bytes && got.lax == whole.lax,
				      "\"%s\" cut at %zu and %zu", text, a, a + b);
		}
	}
}

START_TEST(test_ends)
{
	static const char *const texts[] = {
		".\r\n",
		"a\r\n.\r\n",
		"a\r\n.\r\nQUIT\r\n",
		"a\r\n..\r\n.\r\n",
		"a\r\n..b\r\n.\r\n",
		"..\r\n.\r\n",
		"a.\r\n.\r\n",
		"a\r\n.b\r\n.\r\n",
		"\r\n.\r\n",
		"\r\n\r\n.\r\n",
		"a\r\n.\r\r\n.\r\n",
		"a\r\n.\r",
		"a\r\n.",
		"a\r\n...\r\n.\r\n",
		".\r\r\n.\r\n",
		"a\r\n. \r\n.\r\n",
		"a\r\n.\r\n.\r\n",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		check_all_cuts(texts[i]);
}
END_TEST

/* What a lax server takes for the end is told, and is not the end. */
START_TEST(test_lax_ends)
{
	static const struct {
		const char *text;
		uint64_t lax;
	} cases[] = {
		{ "a\n.\nb\r\n.\r\n", 4 }, { "a\n.\r\nb\r\n.\r\n", 5 }, { "a\r\n.\nb\r\n.\r\n", 5 },
		{ "a\r.\rb\r\n.\r\n", 4 }, { "a\r\n.\rb\r\n.\r\n", 5 }, { "a\r.\r\nb\r\n.\r\n", 5 },
		{ "a\r\n.b\r\n.\r\n", 0 }, { "a.\nb\r\n.\r\n", 0 },	{ "a\n..\nb\r\n.\r\n", 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t length = strlen(cases[i].text);
		struct outcome o = read_body((const uint8_t *)cases[i].text, length, &length, 1);

		ck_assert_msg(o.lax == cases[i].lax && o.end == length, "case %zu: lax %d", i, (int)o.lax);
		check_all_cuts(cases[i].text);
	}
}
END_TEST

START_TEST(test_dot_stuffing_counts)
{
	const char *text = "..a\r\n..\r\nb..\r\n...\r\n.\r\n";
	size_t length = strlen(text);
	struct outcome o = read_body((const uint8_t *)text, length, &length, 1);

	/* ".a", ".", "b..", ".." and their line ends. */
	ck_assert_uint_eq(o.bytes, 4 + 3 + 5 + 4);
	ck_assert_uint_eq(o.end, length);
}
END_TEST

START_TEST(test_random_texts)
{
	static const char letters[] = "\r\n.\r\n.a";
	uint32_t seed = 1;

	for (unsigned round = 0; round < 400; round++) {
		char text[16];
		size_t length;

		seed = seed * 1664525u + 1013904223u;
		length = 3 + (seed >> 8) % 11;
		for (size_t i = 0; i < length; i++) {
			seed = seed * 1664525u + 1013904223u;
			text[i] = letters[(seed >> 8) % (sizeof letters - 1)];
		}
		text[length] = 0;
		check_all_cuts(text);
	}
}
END_TEST

START_TEST(test_gap)
{
	struct body b;
	size_t used;

	body_begin(&b);
	ck_assert_int_eq(body_read(&b, span_text("abc\r\n"), &used), BODY_MORE);
	body_gap(&b, 100, false);
	ck_assert(b.gap && b.after_gap);
	/* Whether a line ended in the gap is not known: this dot may stand anywhere in a line. */
	ck_assert_int_eq(body_read(&b, span_text(".\r\n"), &used), BODY_MORE);
	ck_assert(b.gap && !b.after_gap);
	ck_assert_int_eq(body_read(&b, span_text(".\r\n"), &used), BODY_END);
	ck_assert_uint_eq(b.bytes, 5 + 100 + 3);
	ck_assert_uint_eq(b.seen, 5 + 100 + 6);
}
END_TEST

/* A lost CR does not make a lax end of a strict one. */
START_TEST(test_lost_return)
{
	struct body b;
	size_t used;

	body_begin(&b);
	ck_assert_int_eq(body_read(&b, span_text("abc"), &used), BODY_MORE);
	body_gap(&b, 1, true);
	ck_assert_int_eq(body_read(&b, span_text("\n.\r\n"), &used), BODY_MORE);
	ck_assert_int_eq(body_read(&b, span_text("x\n.\r\n"), &used), BODY_LAX);
}
END_TEST

/* Whether a CR ends the line of a dot depends on the byte behind it, which may come later. */
START_TEST(test_cut_behind_return)
{
	static const char text[] = ".\rx";
	struct body b;
	size_t used;

	body_begin(&b);
	ck_assert_int_eq(body_read(&b, span_of(text, 2), &used), BODY_MORE);
	ck_assert_uint_eq(used, 2);
	ck_assert_int_eq(body_read(&b, span_text("\n"), &used), BODY_END);
	body_begin(&b);
	ck_assert_int_eq(body_read(&b, span_of(text, 3), &used), BODY_LAX);
	ck_assert_uint_eq(used, 2);
}
END_TEST

SUITE("smtp/body", test_ends, test_lax_ends, test_dot_stuffing_counts, test_random_texts, test_gap,
      test_lost_return, test_cut_behind_return)
