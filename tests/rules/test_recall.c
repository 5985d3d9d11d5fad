/* SPDX-License-Identifier: BSD-2-Clause */
#include "recall.h"

#include "harness.h"

#include <stdio.h>

/* Classifies nothing: the answer for a reply has |cause|. Returns the cause that was remembered, or NULL. */
static const char *ask(struct recall *r, unsigned code, const char *question, const struct span *lines,
		       size_t count, const char *cause)
{
	const struct recall_reply reply = { .code = code, .question = question, .lines = lines, .count = count };
	const struct reply_cause answer = { .cause = cause }, *known;
	struct recall_place *place;

	known = recall_find(r, &reply, &place);
	if (known)
		return known->cause;
	if (place)
		recall_keep(place, &answer);
	return NULL;
}

START_TEST(only_the_same_reply_is_remembered)
{
	struct recall *r = recall_create();
	const struct span one = span_text("5.1.1 no such user"), nothing = span_of(NULL, 0);
	const struct span two[] = { span_text("5.1.1 no"), span_text("such user") };
	const struct span moved[] = { span_text("5.1.1 no such"), span_text("user") };

	ck_assert_ptr_null(ask(r, 550, "RCPT", &one, 1, "a"));
	ck_assert_str_eq(ask(r, 550, "RCPT", &one, 1, "b"), "a");
	ck_assert_ptr_null(ask(r, 551, "RCPT", &one, 1, "c"));
	ck_assert_ptr_null(ask(r, 550, "MAIL", &one, 1, "d"));
	ck_assert_ptr_null(ask(r, 550, NULL, &one, 1, "e"));
	ck_assert_ptr_null(ask(r, 550, "RCPT", two, 2, "f"));
	ck_assert_ptr_null(ask(r, 550, "RCPT", moved, 2, "g"));
	ck_assert_ptr_null(ask(r, 550, "RCPT", NULL, 0, "h"));
	ck_assert_ptr_null(ask(r, 550, "RCPT", &nothing, 1, "i"));
	ck_assert_str_eq(ask(r, 550, "RCPT", two, 2, "x"), "f");
	ck_assert_str_eq(ask(r, 550, "RCPT", moved, 2, "x"), "g");
	ck_assert_str_eq(ask(r, 550, "RCPT", NULL, 0, "x"), "h");
	recall_destroy(r);
	recall_destroy(NULL);
}
END_TEST

START_TEST(long_replies_are_not_remembered)
{
	struct recall *r = recall_create();
	static char text[RECALL_TEXT];
	const struct span fits = span_of(text, RECALL_TEXT - 1), long_line = span_of(text, RECALL_TEXT);
	const struct span both[] = { fits, span_text("x") }, short_line = span_text("x");

	memset(text, 'x', sizeof text);
	for (int round = 0; round < 2; round++) {
		ck_assert_ptr_null(ask(r, 550, NULL, &long_line, 1, "a"));
		ck_assert_ptr_null(ask(r, 550, NULL, both, 2, "a"));
		ck_assert_ptr_null(ask(r, 550, "a question of more than 24 bytes", &short_line, 1, "a"));
	}
	ck_assert_ptr_null(ask(r, 550, NULL, &fits, 1, "b"));
	ck_assert_str_eq(ask(r, 550, NULL, &fits, 1, "c"), "b");
	recall_destroy(r);
}
END_TEST

/* More replies than places: each of them is forgotten, or remembered with its own answer. */
START_TEST(replies_that_share_a_place_are_told_apart)
{
	enum { REPLIES = 8 * RECALL_PLACES };
	static char texts[REPLIES][16];
	struct recall *r = recall_create();
	size_t remembered = 0;

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < REPLIES; i++) {
			struct span line;
			const char *cause;

			snprintf(texts[i], sizeof texts[i], "reply %zu", i);
			line = span_text(texts[i]);
			cause = ask(r, 450, "RCPT", &line, 1, texts[i]);
			if (cause)
				ck_assert_str_eq(cause, texts[i]);
			/* Asked again at once, it is known. */
			ck_assert_str_eq(ask(r, 450, "RCPT", &line, 1, NULL), texts[i]);
			remembered += cause != NULL;
		}
	ck_assert_uint_lt(remembered, RECALL_PLACES + 1);
	recall_destroy(r);
}
END_TEST

SUITE("recall", only_the_same_reply_is_remembered, long_replies_are_not_remembered,
      replies_that_share_a_place_are_told_apart)
