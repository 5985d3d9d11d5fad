/* SPDX-License-Identifier: BSD-2-Clause */
#include "line_match.h"

#include "harness.h"

#include <stdio.h>

enum { TEXT = 65536 };

/* A stream of one direction, whose bytes are |text|. */
static struct sighted_stream stream_of(const char *text)
{
	struct sighted_stream s = { .bytes = (uint8_t *)(uintptr_t)text, .tls_from = SIGHTING_NEVER };

	if (*text)
		s.ranges[s.range_count++] = (struct sighted_range){ 0, strlen(text) };
	return s;
}

static struct line_match *match(const struct sighted_stream *one, const struct sighted_stream *other, bool start)
{
	struct line_match *m = malloc(sizeof *m);

	ck_assert_ptr_nonnull(m);
	ck_assert(line_match_find(m, one, other, start));
	return m;
}

static void drop(struct line_match *m)
{
	line_match_finish(m);
	free(m);
}

static void assert_hunk(const struct line_hunk *h, size_t from, size_t to, size_t ones, size_t others)
{
	ck_assert_uint_eq(h->from[0], from);
	ck_assert_uint_eq(h->from[1], to);
	ck_assert_uint_eq(h->count[0], ones);
	ck_assert_uint_eq(h->count[1], others);
}

/* Appends the lines |from| to |to|, each with |word|. */
static void put_lines(char *text, const char *word, int from, int to)
{
	for (int i = from; i < to; i++)
		snprintf(text + strlen(text), TEXT - strlen(text), "%s %d\r\n", word, i);
}

START_TEST(equal_streams_have_no_hunk)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\n"), none = stream_of("");
	struct line_match *m = match(&a, &a, true);

	ck_assert_uint_eq(m->hunk_count, 0);
	ck_assert(m->matched && m->shift == 0 && m->same_until == SIGHTING_NEVER && !m->gave_up);
	drop(m);
	m = match(&none, &none, true);
	ck_assert(m->hunk_count == 0 && !m->matched && !m->gave_up);
	drop(m);
}
END_TEST

START_TEST(changed_line_is_one_hunk)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\nthree\r\n"),
			      b = stream_of("one\r\nTWO!\r\nthree\r\n");
	struct line_match *m = match(&a, &b, true);

	ck_assert_uint_eq(m->hunk_count, 1);
	assert_hunk(&m->hunks[0], 1, 1, 1, 1);
	ck_assert(m->hunks[0].proven);
	/* The shift of the first match holds up to the first line behind the changed one. */
	ck_assert(m->shift == 0 && m->same_until == 10);
	drop(m);
}
END_TEST

START_TEST(lost_and_added_lines)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\nthree\r\n"), b = stream_of("one\r\nthree\r\n");
	struct line_match *m = match(&a, &b, true);

	ck_assert_uint_eq(m->hunk_count, 1);
	assert_hunk(&m->hunks[0], 1, 1, 1, 0);
	ck_assert(m->hunks[0].proven);
	drop(m);
	m = match(&b, &a, true);
	assert_hunk(&m->hunks[0], 1, 1, 0, 1);
	drop(m);
}
END_TEST

START_TEST(end_that_is_missing_proves_nothing)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\n"), b = stream_of("one\r\n");
	struct line_match *m = match(&a, &b, true);

	ck_assert_uint_eq(m->hunk_count, 1);
	assert_hunk(&m->hunks[0], 1, 1, 1, 0);
	ck_assert(!m->hunks[0].proven);
	drop(m);
}
END_TEST

START_TEST(beginning_counts_if_both_captures_have_it)
{
	struct sighted_stream a = stream_of("zero\r\none\r\ntwo\r\n"), b = stream_of("one\r\ntwo\r\n");
	struct line_match *m = match(&a, &b, true);

	assert_hunk(&m->hunks[0], 0, 0, 1, 0);
	ck_assert(m->hunks[0].proven && m->shift == -6);
	drop(m);
	m = match(&a, &b, false);
	assert_hunk(&m->hunks[0], 0, 0, 1, 0);
	ck_assert(!m->hunks[0].proven && m->shift == -6);
	drop(m);
}
END_TEST

START_TEST(shift_is_right_up_to_the_first_change)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\nthree\r\nfour\r\nend\r\n"),
			      b = stream_of("one\r\nthree\r\nfour!\r\nend\r\n");
	struct line_match *m = match(&a, &b, true);

	ck_assert_uint_eq(m->hunk_count, 2);
	ck_assert(m->shift == 0 && m->same_until == 10);
	drop(m);
}
END_TEST

START_TEST(swapped_lines_match_once)
{
	struct sighted_stream a = stream_of("same\r\nfirst\r\nsecond\r\nend\r\n"),
			      b = stream_of("same\r\nsecond\r\nfirst\r\nend\r\n");
	struct line_match *m = match(&a, &b, true);
	size_t ones = 0, others = 0;

	for (size_t i = 0; i < m->hunk_count; i++) {
		ones += m->hunks[i].count[0];
		others += m->hunks[i].count[1];
	}
	/* One of the two lines is lost and added again. */
	ck_assert(ones == 1 && others == 1);
	ck_assert_uint_eq(m->hunk_count, 2);
	drop(m);
}
END_TEST

START_TEST(repeated_line_is_added)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\nend\r\n"),
			      b = stream_of("one\r\ntwo\r\ntwo\r\nend\r\n");
	struct line_match *m = match(&a, &b, true);

	ck_assert_uint_eq(m->hunk_count, 1);
	assert_hunk(&m->hunks[0], 2, 2, 0, 1);
	drop(m);
}
END_TEST

START_TEST(lost_byte_changes_one_line)
{
	struct sighted_stream a = stream_of("one\r\nMAIL FROM:<>\r\nend\r\n"),
			      b = stream_of("one\r\nMAIL FRM:<>\r\nend\r\n");
	struct line_match *m = match(&a, &b, true);

	ck_assert_uint_eq(m->hunk_count, 1);
	assert_hunk(&m->hunks[0], 1, 1, 1, 1);
	ck_assert(m->hunks[0].proven && m->same_until == 19);
	drop(m);
}
END_TEST

START_TEST(line_that_was_not_captured_whole_proves_nothing)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\nthree\r\nfour\r\n"), b = a;
	struct line_match *m;

	/* The "w" is missing. */
	b.ranges[0].to = 6;
	b.ranges[1] = (struct sighted_range){ 7, a.ranges[0].to };
	b.range_count = 2;
	m = match(&a, &b, true);
	ck_assert_uint_eq(m->hunk_count, 1);
	assert_hunk(&m->hunks[0], 1, 1, 1, 2);
	ck_assert(!m->hunks[0].proven);
	ck_assert(m->shift == 0 && m->same_until == SIGHTING_NEVER);
	drop(m);
	/* Neither capture has the whole line, so that what they have of it is the same says nothing. */
	a.ranges[0] = b.ranges[0] = (struct sighted_range){ 0, 7 };
	a.range_count = b.range_count = 1;
	m = match(&a, &b, true);
	ck_assert(m->hunk_count == 1 && !m->hunks[0].proven && m->matched);
	drop(m);
	a.ranges[0] = b.ranges[0] = (struct sighted_range){ 6, 10 };
	m = match(&a, &b, true);
	ck_assert(m->hunk_count == 1 && !m->hunks[0].proven && !m->matched);
	drop(m);
}
END_TEST

START_TEST(gap_between_lines_proves_nothing)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\nthree\r\nfour\r\n"), b = a;
	struct line_match *m;

	b.range_count = 2;
	b.ranges[1].to = a.ranges[0].to;
	/* A whole line is missing: both neighbors match, but it was not seen that nothing is between them. */
	b.ranges[0].to = 5;
	b.ranges[1].from = 10;
	m = match(&a, &b, true);
	ck_assert_uint_eq(m->hunk_count, 1);
	ck_assert(!m->hunks[0].proven);
	drop(m);
}
END_TEST

START_TEST(what_is_tls_is_not_compared)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\n"), b = stream_of("one\r\nTWO\r\n");
	struct line_match *m;

	a.tls_from = b.tls_from = 5;
	m = match(&a, &b, true);
	ck_assert(m->hunk_count == 0 && m->matched);
	drop(m);
	a.tls_from = b.tls_from = 6;
	m = match(&a, &b, true);
	ck_assert(m->hunk_count == 1 && !m->hunks[0].proven);
	drop(m);
}
END_TEST

/* Inserts |count| lines in front of the last one. */
static struct line_match *insert(char *one, char *other, struct sighted_stream streams[2], int count)
{
	*one = *other = 0;
	put_lines(one, "head", 0, 1);
	put_lines(one, "tail", 0, 2);
	put_lines(other, "head", 0, 1);
	put_lines(other, "new", 0, count);
	put_lines(other, "tail", 0, 2);
	streams[0] = stream_of(one);
	streams[1] = stream_of(other);
	return match(&streams[0], &streams[1], true);
}

START_TEST(next_match_is_searched_in_a_window)
{
	static char one[TEXT], other[TEXT];
	struct sighted_stream streams[2];
	struct line_match *m = insert(one, other, streams, LINE_MATCH_WINDOW);

	ck_assert_uint_eq(m->hunk_count, 1);
	assert_hunk(&m->hunks[0], 1, 1, 0, LINE_MATCH_WINDOW);
	ck_assert(!m->gave_up);
	drop(m);
	m = match(&streams[1], &streams[0], true);
	assert_hunk(&m->hunks[0], 1, 1, LINE_MATCH_WINDOW, 0);
	drop(m);
	m = insert(one, other, streams, LINE_MATCH_WINDOW + 1);
	ck_assert(m->gave_up);
	ck_assert_uint_eq(m->hunk_count, 0);
	drop(m);
	m = match(&streams[1], &streams[0], true);
	ck_assert(m->gave_up);
	ck_assert_uint_eq(m->hunk_count, 0);
	drop(m);
}
END_TEST

/* |count| changed lines, each between equal ones. */
static struct line_match *change(char *one, char *other, struct sighted_stream streams[2], int count)
{
	*one = *other = 0;
	for (int i = 0; i < count; i++) {
		put_lines(one, "same", i, i + 1);
		put_lines(other, "same", i, i + 1);
		put_lines(one, "old", i, i + 1);
		put_lines(other, "new", i, i + 1);
	}
	put_lines(one, "end", 0, 1);
	put_lines(other, "end", 0, 1);
	streams[0] = stream_of(one);
	streams[1] = stream_of(other);
	return match(&streams[0], &streams[1], true);
}

START_TEST(hunks_are_bounded)
{
	static char one[TEXT], other[TEXT];
	struct sighted_stream streams[2];
	struct line_match *m = change(one, other, streams, LINE_MATCH_HUNKS);

	ck_assert(m->hunk_count == LINE_MATCH_HUNKS && !m->gave_up);
	drop(m);
	m = change(one, other, streams, LINE_MATCH_HUNKS + 1);
	ck_assert(m->hunk_count == LINE_MATCH_HUNKS && m->gave_up);
	drop(m);
}
END_TEST

struct pairs {
	size_t count, places[8];
};

static void note_pair(void *context, const struct stream_line *one, const struct stream_line *other)
{
	struct pairs *p = context;

	ck_assert(one->length == other->length && p->count + 2 <= 8);
	p->places[p->count++] = one->at;
	p->places[p->count++] = other->at;
}

START_TEST(matching_lines_are_passed_on_in_order)
{
	struct sighted_stream a = stream_of("one\r\ntwo\r\nthree\r\nend\r\n"),
			      b = stream_of("one\r\nthree\r\nEND\r\n");
	struct line_match *m = match(&a, &b, true);
	struct pairs p = { 0 };

	line_match_each(m, note_pair, &p);
	ck_assert_uint_eq(p.count, 4);
	ck_assert(p.places[0] == 0 && p.places[1] == 0 && p.places[2] == 10 && p.places[3] == 5);
	drop(m);
}
END_TEST

SUITE("line_match", equal_streams_have_no_hunk, changed_line_is_one_hunk, lost_and_added_lines,
      end_that_is_missing_proves_nothing, beginning_counts_if_both_captures_have_it, swapped_lines_match_once,
      repeated_line_is_added, lost_byte_changes_one_line, line_that_was_not_captured_whole_proves_nothing,
      gap_between_lines_proves_nothing, shift_is_right_up_to_the_first_change, what_is_tls_is_not_compared,
      next_match_is_searched_in_a_window, hunks_are_bounded, matching_lines_are_passed_on_in_order)
