/* SPDX-License-Identifier: BSD-2-Clause */
#include "redact.h"

#include "harness.h"

static struct buf scratch;
static struct secret_set set;

static void secrets(const char *a, const char *b)
{
	buf_finish(&scratch);
	buf_init(&scratch, 4096);
	secret_set_finish(&set);
	set = (struct secret_set){ 0 };
	if (a)
		secret_set_add(&set, span_text(a));
	if (b)
		secret_set_add(&set, span_text(b));
}

static const char *text(const char *from, size_t secret_at)
{
	static char copy[4096];
	struct span s = redact(&scratch, &set, span_text(from), secret_at);

	memcpy(copy, s.at, s.length);
	copy[s.length] = 0;
	return copy;
}

START_TEST(nothing_to_hide_is_left_as_it_is)
{
	struct span s = span_text("250 fine");

	secrets(NULL, NULL);
	ck_assert_ptr_eq(redact(&scratch, &set, s, SIZE_MAX).at, s.at);
	ck_assert_ptr_eq(redact(&scratch, NULL, s, SIZE_MAX).at, s.at);
	/* A secret that would begin behind the text. */
	ck_assert_ptr_eq(redact(&scratch, NULL, s, s.length).at, s.at);
	ck_assert_ptr_ne(redact(&scratch, NULL, s, s.length - 1).at, s.at);
	secrets("hunter2", NULL);
	ck_assert_ptr_eq(redact(&scratch, &set, s, SIZE_MAX).at, s.at);
}
END_TEST

START_TEST(credentials_are_replaced)
{
	secrets("aGVsbG8=", "hunter2");
	ck_assert_str_eq(text("AUTH PLAIN aGVsbG8=", 11), "AUTH PLAIN <redacted>");
	ck_assert_str_eq(text("500 unknown: aGVsbG8=, and HUNTER2!", SIZE_MAX),
			 "500 unknown: <redacted>, and <redacted>!");
	ck_assert_str_eq(text("hunter2", 0), "<redacted>");
	ck_assert_str_eq(text("x hunter2", 9), "x <redacted>");
	ck_assert_str_eq(text("hunter2secret", 7), "<redacted>");
}
END_TEST

START_TEST(overlaps_leave_no_rest)
{
	secrets("abcdef", "defghi");
	ck_assert_str_eq(text("-abcdefghi-", SIZE_MAX), "-<redacted>-");
	ck_assert_str_eq(text("-abcdefdefghi-", SIZE_MAX), "-<redacted>-");
	ck_assert_str_eq(text("-abcdef-defghi-", SIZE_MAX), "-<redacted>-<redacted>-");
}
END_TEST

START_TEST(repetition_is_bounded)
{
	static char many[60000];

	secrets("aaaa", NULL);
	memset(many, 'a', sizeof many - 1);
	ck_assert_str_eq(text(many, SIZE_MAX), "<redacted>");
	for (size_t i = 4; i < sizeof many - 1; i += 5)
		many[i] = '-';
	ck_assert(!strstr(text(many, SIZE_MAX), "aaaa"));
}
END_TEST

SUITE("redact", nothing_to_hide_is_left_as_it_is, credentials_are_replaced, overlaps_leave_no_rest,
      repetition_is_bounded)
