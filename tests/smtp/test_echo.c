/* SPDX-License-Identifier: BSD-2-Clause */
/* Credentials that a server repeats: what its replies add to those that are hidden. */
#include "echo.h"
#include "harness.h"

static struct secret_set set;

static bool hidden(const char *text)
{
	size_t at, length;

	return secret_set_find(&set, span_text(text), 0, &at, &length) && at == 0 && length == strlen(text);
}

static void hide(unsigned code, const char *first, const char *second)
{
	struct span lines[] = { span_text(first), span_text(second) };
	struct reply reply = { .code = code, .lines = lines, .line_count = 2, .lines_seen = 2 };

	echo_hide(&set, &reply);
}

/* A line end may leave pieces too short to be known by themselves. */
START_TEST(test_divided)
{
	secret_set_add(&set, span_text("cGFzc3dvcmQ="));
	ck_assert(!hidden("cmQ="));
	hide(500, "unknown: other words", "cmQ=");
	ck_assert(!hidden("cmQ="));
	hide(500, "unknown: cGFzc3dv", "cmQ= what");
	ck_assert(hidden("cmQ="));
	ck_assert(hidden("cGFzc3dv"));
	secret_set_finish(&set);
}
END_TEST

/* However many whole ones are before it. */
START_TEST(test_divided_behind_many)
{
	char text[2048] = { 0 };

	secret_set_add(&set, span_text("dXNlcg=="));
	secret_set_add(&set, span_text("cGFzc3dvcmQ="));
	for (size_t i = 0; i < 2 * SECRETS_KEPT - 40; i++)
		memcpy(text + 9 * i, "dXNlcg== ", 9);
	strcat(text, "cGFzc3dv");
	hide(500, text, "cmQ=");
	ck_assert(hidden("cmQ="));
	secret_set_finish(&set);
}
END_TEST

START_TEST(test_words)
{
	struct span line =
	    span_text("unknown \"SGVsbG8gd29ybGQ0Cg==\" or HELLOWORLDAGAIN or 123456789012 or a1B=");
	struct reply reply = { .code = 499, .lines = &line, .line_count = 1, .lines_seen = 1 };

	for (reply.code = 499; reply.code <= 536; reply.code++) {
		echo_hide_words(&set, &reply);
		ck_assert((set.count > 0) == ((reply.code >= 500 && reply.code <= 504) || reply.code == 535));
		if (set.count) {
			ck_assert(hidden("SGVsbG8gd29ybGQ0Cg=="));
			ck_assert(!hidden("HELLOWORLDAGAIN"));
			ck_assert(!hidden("123456789012"));
			ck_assert_uint_eq(set.count, 1);
		}
		secret_set_finish(&set);
	}
}
END_TEST

SUITE("smtp/echo", test_divided, test_divided_behind_many, test_words)
