/* SPDX-License-Identifier: BSD-2-Clause */
#include "line_pattern.h"

#include "harness.h"

static struct buf error;

START_TEST(patterns_are_searched_for)
{
	struct line_pattern *p;

	buf_init(&error, 512);
	p = line_pattern_create("^550.*user", &error);
	ck_assert_ptr_nonnull(p);
	ck_assert(line_pattern_found(p, span_text("550 5.1.1 No such user here")));
	ck_assert(!line_pattern_found(p, span_text("250 user")));
	ck_assert(!line_pattern_found(p, (struct span){ 0 }));
	line_pattern_destroy(p);
	ck_assert_uint_eq(error.length, 0);
}
END_TEST

START_TEST(faults_are_told)
{
	buf_init(&error, 512);
	ck_assert_ptr_null(line_pattern_create("a(b", &error));
	ck_assert_ptr_nonnull(
	    strstr(buf_string(&error), "'a(b', at its character 4: missing closing parenthesis"));
	buf_finish(&error);
	line_pattern_destroy(NULL);
}
END_TEST

/* A pattern that could try for ever gives up. */
START_TEST(steps_are_bounded)
{
	static char text[4001];
	struct line_pattern *p;

	buf_init(&error, 512);
	memset(text, 'a', sizeof text - 1);
	p = line_pattern_create("(a+)+b.*$|(a|aa)+c", &error);
	ck_assert_ptr_nonnull(p);
	ck_assert(!line_pattern_found(p, span_text(text)));
	line_pattern_destroy(p);
}
END_TEST

SUITE("line_pattern", patterns_are_searched_for, faults_are_told, steps_are_bounded)
