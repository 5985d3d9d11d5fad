/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "words.h"

static const char *filled(const struct words *w, const char *template)
{
	static char text[4096];
	struct buf out;

	buf_init(&out, sizeof text - 1);
	words_fill(w, template, &out);
	strcpy(text, buf_string(&out));
	buf_finish(&out);
	return text;
}

START_TEST(test_fill)
{
	struct words w;

	words_init(&w, NULL);
	words_text(&w, "code", "221");
	words_number(&w, "count", 3);
	ck_assert_str_eq(filled(&w, "a {code} b {count}{code}"), "a 221 b 3221");
	ck_assert_str_eq(filled(&w, "{none} {code"), "? {code");
	ck_assert_str_eq(filled(&w, ""), "");
	words_text(&w, "code", "250");
	ck_assert_str_eq(filled(&w, "{code}"), "250");
	/* What the wire says is not filled in again. */
	words_text(&w, "text", "{code}");
	ck_assert_str_eq(filled(&w, "{text}"), "{code}");
	words_text(&w, "text", NULL);
	ck_assert_str_eq(filled(&w, "{text}"), "?");
}
END_TEST

START_TEST(test_durations)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{ -1, "an unknown time" },
		{ 0, "less than 1 ms" },
		{ TSTAMP_MILLISECOND - 1, "less than 1 ms" },
		{ TSTAMP_MILLISECOND, "1 ms" },
		{ 420 * TSTAMP_MILLISECOND, "420 ms" },
		{ TSTAMP_SECOND - 1, "999 ms" },
		{ TSTAMP_SECOND, "1.0 s" },
		{ 5349 * TSTAMP_MILLISECOND, "5.3 s" },
		{ 99999 * TSTAMP_MILLISECOND, "99.9 s" },
		{ 100 * TSTAMP_SECOND, "1 min 40 s" },
		{ 130 * TSTAMP_SECOND, "2 min 10 s" },
		{ 7200 * TSTAMP_SECOND - 1, "119 min 59 s" },
		{ 7200 * TSTAMP_SECOND, "2 h 0 min" },
		{ INT64_MAX, "2562047 h 47 min" },
	};
	struct words w;

	words_init(&w, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		words_duration(&w, "idle", cases[i].ns);
		ck_assert_str_eq(filled(&w, "{idle}"), cases[i].text);
	}
}
END_TEST

START_TEST(test_long_texts_are_cut)
{
	struct words w;
	char text[1000];
	const char *out;

	words_init(&w, NULL);
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	words_text(&w, "text", text);
	out = filled(&w, "{text}");
	ck_assert_uint_eq(strlen(out), WORDS_VALUE_KEPT - 1);
	ck_assert_str_eq(out + strlen(out) - 4, "x...");
	/* One that just fits is not. */
	text[WORDS_VALUE_KEPT - 1] = 0;
	words_text(&w, "text", text);
	ck_assert_str_eq(filled(&w, "{text}"), text);
	/* No character is cut in two. */
	memset(text, 0, sizeof text);
	for (size_t i = 0; i < 400; i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	words_text(&w, "text", text);
	out = filled(&w, "{text}");
	ck_assert_str_eq(out + strlen(out) - 5, "\xc3\xa4...");
	/* Where no character begins, nothing but the mark is left. */
	memset(text, '\x80', sizeof text - 1);
	words_text(&w, "text", text);
	ck_assert_str_eq(filled(&w, "{text}"), "...");
}
END_TEST

START_TEST(test_secrets)
{
	struct secret_set set = { 0 };
	struct words w;
	struct command c = { .kind = COMMAND_LINE,
			     .verb_id = VERB_AUTH,
			     .verb = "AUTH",
			     .line = span_text("AUTH PLAIN AGEAc2VjcmV0"),
			     .secret_at = 11 };

	secret_set_add(&set, span_text("AGEAc2VjcmV0"));
	words_init(&w, &set);
	words_command(&w, &c);
	ck_assert_str_eq(filled(&w, "{verb}: {line}"), "AUTH: AUTH PLAIN <redacted>");
	words_wire(&w, "text", span_text("unknown: ageac2vjcmv0, AGEAc2VjcmV0"));
	ck_assert_str_eq(filled(&w, "{text}"), "unknown: <redacted>, <redacted>");
	/* A line that is a credential as a whole has one for its verb. */
	c = (struct command){
		.kind = COMMAND_LINE, .verb = "AGEAC2VJCMV0", .line = span_text("AGEAc2VjcmV0"), .secret_at = 0
	};
	words_command(&w, &c);
	ck_assert_str_eq(filled(&w, "{verb}: {line}"), "<redacted>: <redacted>");
	secret_set_finish(&set);
}
END_TEST

/* A password that is an everyday word must not leave holes in the project's own words. */
START_TEST(test_own_words_are_not_masked)
{
	const struct span lines[] = { span_text("the server takes no mail") };
	const struct reply reply = { .code = 550, .lines = lines, .line_count = 1 };
	const struct endpoint client = { .addr = { .bytes = { 192, 0, 2, 7 }, .version = 4 } };
	struct command c = { .kind = COMMAND_LINE,
			     .verb_id = VERB_MAIL,
			     .verb = "MAIL",
			     .line = span_text("MAIL FROM:<mail@example.org>"),
			     .secret_at = SIZE_MAX };
	struct secret_set set = { 0 };
	struct words w;

	secret_set_add(&set, span_text("server"));
	secret_set_add(&set, span_text("mail"));
	secret_set_add(&set, span_text("message"));
	secret_set_add(&set, span_text("192.0.2.7"));
	secret_set_add(&set, span_text("EMPTY"));
	words_init(&w, &set);
	words_text(&w, "value", "the server");
	words_command(&w, &c);
	words_reply(&w, &reply);
	words_address(&w, "client", &client);
	ck_assert_str_eq(filled(&w, "the server of {client}, {value}: {verb} mail"),
			 "the server of 192.0.2.7, the server: MAIL mail");
	/* What the wire says is masked, a verb that is known aside. */
	ck_assert_str_eq(filled(&w, "{line}, {text}"),
			 "<redacted> FROM:<<redacted>@example.org>, the <redacted> takes no <redacted>");
	strcpy(c.verb, "SERVER");
	c.verb_id = VERB_OTHER;
	words_verb(&w, "question", &c);
	ck_assert_str_eq(filled(&w, "{question}"), "<redacted>");
	c = (struct command){ .kind = COMMAND_END_OF_DATA, .verb = ".", .secret_at = SIZE_MAX };
	words_command(&w, &c);
	ck_assert_str_eq(filled(&w, "{line}"), "the end of the message");
	c = (struct command){ .kind = COMMAND_LINE, .verb = "(empty)", .secret_at = SIZE_MAX };
	words_command(&w, &c);
	ck_assert_str_eq(filled(&w, "{line}"), "(empty line)");
	secret_set_finish(&set);
}
END_TEST

/* What is masked is masked before it is cut, so no part of a secret is left at the edge. */
START_TEST(test_masked_before_cut)
{
	struct secret_set set = { 0 };
	struct words w;
	char text[WORDS_VALUE_KEPT + 8];

	memset(text, 'x', sizeof text);
	memcpy(text + WORDS_VALUE_KEPT - 13, "tiger secret", 13);
	secret_set_add(&set, span_text("tiger secret"));
	words_init(&w, &set);
	words_wire(&w, "text", span_text(text));
	ck_assert_ptr_nonnull(strstr(filled(&w, "{text}"), "x<redacted>"));
	text[WORDS_VALUE_KEPT - 14] = 'y';
	words_wire(&w, "text", span_first(span_text(text), WORDS_VALUE_KEPT - 13));
	words_add_wire(&w, "text", span_text("tiger secret and more"));
	ck_assert_ptr_null(strstr(filled(&w, "{text}"), "tiger"));
	ck_assert_ptr_nonnull(strstr(filled(&w, "{text}"), "<redacted..."));
	/* Once it is cut nothing is added behind the mark. */
	words_add_wire(&w, "text", span_text("more"));
	ck_assert_str_eq(strchr(filled(&w, "{text}"), '.'), "...");
	/* Own words and the wire's in one value. */
	words_text(&w, "value", "tiger secret ");
	words_add_wire(&w, "value", span_text("tiger secret"));
	ck_assert_str_eq(filled(&w, "{value}"), "tiger secret <redacted>");
	secret_set_finish(&set);
}
END_TEST

START_TEST(test_odd_bytes)
{
	struct words w;

	words_init(&w, NULL);
	words_wire(&w, "text", span_of("a\0b", 3));
	ck_assert_str_eq(filled(&w, "{text}"), "a\x01"
					       "b");
	words_wire(&w, "text", (struct span){ 0 });
	ck_assert_str_eq(filled(&w, "[{text}]"), "[]");
}
END_TEST

START_TEST(test_reply)
{
	const struct span lines[] = { span_text("one"), span_text("two") };
	struct reply reply = { .code = 250, .lines = lines, .line_count = 2 };
	struct words w;

	words_init(&w, NULL);
	words_reply(&w, &reply);
	ck_assert_str_eq(filled(&w, "{code} {text}"), "250 one two");
}
END_TEST

START_TEST(test_reply_codes_once)
{
	const struct span lines[] = { span_text("5.7.1 no"), span_text("5.7.1"), span_text("5.7.1 more"),
				      span_text("5.7.10 other") };
	const struct reply reply = { .code = 550, .enhanced = { 5, 7, 1 }, .lines = lines, .line_count = 4 };
	struct words w;

	words_init(&w, NULL);
	words_reply(&w, &reply);
	ck_assert_str_eq(filled(&w, "{code} {text}"), "550 5.7.1 no more 5.7.10 other");
}
END_TEST

START_TEST(test_bound)
{
	static char names[WORDS_MAX + 5][8];
	struct words w;

	words_init(&w, NULL);
	for (int i = 0; i < WORDS_MAX + 5; i++) {
		names[i][0] = 'n';
		names[i][1] = (char)('A' + i);
		words_number(&w, names[i], (uint64_t)i);
	}
	ck_assert_uint_eq(w.count, WORDS_MAX);
	ck_assert_str_eq(filled(&w, "{nA}"), "0");
}
END_TEST

SUITE("annotate/words", test_fill, test_durations, test_long_texts_are_cut, test_secrets,
      test_own_words_are_not_masked, test_masked_before_cut, test_odd_bytes, test_reply,
      test_reply_codes_once, test_bound)
