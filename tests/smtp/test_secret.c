/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "secret.h"

#include <stdio.h>

static bool finds(const struct secret_set *set, const char *text, size_t from, size_t wanted_at,
		  size_t wanted_length)
{
	size_t at = 0, length = 0;

	return secret_set_find(set, span_text(text), from, &at, &length) && at == wanted_at &&
	       length == wanted_length;
}

START_TEST(test_find)
{
	struct secret_set set = { 0 };
	size_t at, length;

	secret_set_add(&set, span_text("dXNlcg=="));
	secret_set_add(&set, span_text("cGFzc3dvcmQ="));
	ck_assert(finds(&set, "500 unknown: dXNlcg==", 0, 13, 8));
	/* Servers fold letter case when they repeat a line. */
	ck_assert(finds(&set, "500 \"DXNLCG==\"", 0, 5, 8));
	ck_assert(finds(&set, "dXNlcg== cGFzc3dvcmQ=", 1, 9, 12));
	ck_assert(!secret_set_find(&set, span_text("nothing here"), 0, &at, &length));
	ck_assert(!secret_set_find(&set, span_text(""), 0, &at, &length));
	ck_assert(!secret_set_find(&set, span_text("dXNlcg=="), 100, &at, &length));
	secret_set_finish(&set);
	secret_set_finish(&set);
}
END_TEST

START_TEST(test_longest_wins)
{
	struct secret_set set = { 0 };

	secret_set_add(&set, span_text("abcd"));
	secret_set_add(&set, span_text("abcdefgh"));
	ck_assert(finds(&set, "x abcdefgh", 0, 2, 8));
	secret_set_finish(&set);
}
END_TEST

START_TEST(test_short_ones_are_left_out)
{
	struct secret_set set = { 0 };
	size_t at, length;

	secret_set_add(&set, span_text("abc"));
	secret_set_add(&set, span_text(""));
	secret_set_add(&set, (struct span){ 0 });
	ck_assert_uint_eq(set.count, 0);
	ck_assert(!secret_set_find(&set, span_text("abc"), 0, &at, &length));
	secret_set_finish(&set);
}
END_TEST

START_TEST(test_bounded)
{
	struct secret_set set = { 0 };
	char text[32];

	for (unsigned i = 0; i < 300; i++) {
		snprintf(text, sizeof text, "secret%05u", i);
		secret_set_add(&set, span_text(text));
		secret_set_add(&set, span_text(text));
	}
	ck_assert_uint_eq(set.count, SECRETS_KEPT);
	ck_assert(finds(&set, "secret00299", 0, 0, 11));
	ck_assert(finds(&set, "secret00172", 0, 0, 11));
	secret_set_finish(&set);
}
END_TEST

/* A server may show only the beginning or the end of a secret; ordinary words are not mistaken for one. */
START_TEST(test_pieces)
{
	struct secret_set set = { 0 };
	size_t at, length;

	secret_set_add(&set, span_text("AGJvYgBnZWhlaW03Nw=="));
	secret_set_add(&set, span_text("Password1234"));
	ck_assert(finds(&set, "501 'AGJvYgBn...'", 0, 5, 8));
	ck_assert(finds(&set, "501 ...ZWhlaW03Nw==", 0, 7, 12));
	ck_assert(finds(&set, "501 aW03Nw== x", 0, 4, 8));
	ck_assert(!secret_set_find(&set, span_text("501 AGJvYgB agjvygbn W03Nw=="), 0, &at, &length));
	ck_assert(!secret_set_find(&set, span_text("535 Password not accepted, Password."), 0, &at, &length));
	ck_assert(!secret_set_find(&set, span_text("501 xaW03Nw=="), 0, &at, &length));
	secret_set_finish(&set);
}
END_TEST

/* A server that repeats only the beginning of a line repeats only the beginning of a token. */
START_TEST(test_cut_echo)
{
	struct secret_set set = { 0 };
	size_t at = 0, length = 0;

	secret_set_add(
	    &set, span_text("dXNlcj1zb21lb25lAWF1dGg9QmVhcmVyIHlhMjkudkY5ZGZ0NHFtVGMyTnZiM1JsY2tCaGRIUm1"));
	ck_assert(secret_set_find(&set, span_text("500 \"dXNlcj1zb21lb25lAWF1dGg9QmVh...\""), 0, &at, &length));
	ck_assert_uint_eq(at, 5);
	ck_assert_uint_eq(length, 28);
	secret_set_finish(&set);
}
END_TEST

/* Of a token longer than what is kept nothing is shown either. */
START_TEST(test_long_token)
{
	struct secret_set set = { 0 };
	static char token[3001];
	size_t at = 0, length = 0;

	for (size_t i = 0; i < 3000; i++)
		token[i] = (char)('A' + i * 7 % 26);
	secret_set_add(&set, span_text(token));
	ck_assert(secret_set_find(&set, span_of(token, 3000), 0, &at, &length));
	ck_assert_uint_eq(at, 0);
	ck_assert_uint_eq(length, 3000);
	secret_set_finish(&set);
}
END_TEST

SUITE("smtp/secret", test_find, test_longest_wins, test_short_ones_are_left_out, test_bounded, test_pieces,
      test_cut_echo, test_long_token)
