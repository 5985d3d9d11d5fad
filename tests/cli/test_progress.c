/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include "harness.h"

static const char *text_of(uint64_t done, uint64_t total, tstamp elapsed)
{
	static char kept[400];
	const struct progress p = { .done = done, .total = total };
	const struct pipeline_counts counts = { .packets = 2100000, .sessions = 1 };
	struct buf text;

	buf_init(&text, sizeof kept - 1);
	progress_text(&text, &p, &counts, elapsed);
	snprintf(kept, sizeof kept, "%s", buf_string(&text));
	buf_finish(&text);
	return kept;
}

START_TEST(the_line_has_figures_and_the_time_left)
{
	ck_assert_str_eq(text_of(300000000, 1200000000, 10 * TSTAMP_SECOND),
			 "300 of 1,200 MB (25%), 2,100,000 packets, 1 session, 31 s left");
}
END_TEST

START_TEST(what_is_not_known_is_not_told)
{
	ck_assert_str_eq(text_of(5000000, 0, TSTAMP_SECOND), "5 MB, 2,100,000 packets, 1 session");
	ck_assert_str_eq(text_of(0, 9000000, TSTAMP_SECOND), "0 of 9 MB (0%), 2,100,000 packets, 1 session");
}
END_TEST

/* Files that are opened twice are read a little more than once. */
START_TEST(more_than_all_is_all)
{
	ck_assert_str_eq(text_of(9500000, 9000000, TSTAMP_SECOND),
			 "9 of 9 MB (100%), 2,100,000 packets, 1 session");
}
END_TEST

SUITE("progress", the_line_has_figures_and_the_time_left, what_is_not_known_is_not_told, more_than_all_is_all)
