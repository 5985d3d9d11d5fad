/* SPDX-License-Identifier: BSD-2-Clause */
/* Phrases: where a word matches, whether the examples hold, and that the time is linear. */
#include "harness.h"
#include "phrase.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static bool matches(enum phrase phrase, const char *line)
{
	const struct span text = span_text(line);

	return phrase_matches(rules_builtin(), phrase, &text, 1);
}

static void print_fault(void *context, const char *file, unsigned line, const char *text)
{
	(void)context;
	fprintf(stderr, "%s:%u: %s\n", file, line, text);
}

START_TEST(every_example_of_the_rules_holds)
{
	size_t failed, count = phrase_test(rules_builtin(), print_fault, NULL, &failed);

	ck_assert_uint_eq(failed, 0);
	ck_assert_uint_ge(count, 2 * rules_builtin()->phrase_count);
}
END_TEST

/* Each value of the enum has to be the index of the entry with its name. */
START_TEST(the_enum_names_the_entries)
{
	const struct rules *r = rules_builtin();

	ck_assert_str_eq(r->phrases[PHRASE_ARGUMENTS].name, "arguments");
	ck_assert_str_eq(r->phrases[PHRASE_IDLE_TIMEOUT].name, "idle-timeout");
	ck_assert_str_eq(r->phrases[PHRASE_UNRECOGNIZED_COMMAND].name, "unrecognized-command");
	ck_assert_uint_eq(r->phrase_count, PHRASE_UNRECOGNIZED_COMMAND + 1);
}
END_TEST

START_TEST(a_word_counts_where_a_word_begins)
{
	ck_assert(matches(PHRASE_IDLE_TIMEOUT, "idle"));
	ck_assert(matches(PHRASE_IDLE_TIMEOUT, "you were IdLe"));
	ck_assert(matches(PHRASE_IDLE_TIMEOUT, "(idle)"));
	ck_assert(matches(PHRASE_PIPELINING, "Pipelined commands"));
	ck_assert(!matches(PHRASE_IDLE_TIMEOUT, "bridle"));
	ck_assert(!matches(PHRASE_IDLE_TIMEOUT, "4idle"));
	ck_assert(!matches(PHRASE_IDLE_TIMEOUT, "idl"));
	ck_assert(!matches(PHRASE_IDLE_TIMEOUT, ""));
}
END_TEST

START_TEST(a_word_in_a_host_name_does_not_count)
{
	ck_assert(!matches(PHRASE_IDLE_TIMEOUT, "idle.example.net"));
	ck_assert(!matches(PHRASE_IDLE_TIMEOUT, "mx.idle.example.net bye"));
	ck_assert(!matches(PHRASE_IDLE_TIMEOUT, "see https://mx.example/timeout"));
	ck_assert(!matches(PHRASE_IDLE_TIMEOUT, "idle.example.net and idle.example.org"));
	/* The end of a sentence is not a host name, and a host name does not hide what follows. */
	ck_assert(matches(PHRASE_IDLE_TIMEOUT, "you were idle. Goodbye"));
	ck_assert(matches(PHRASE_IDLE_TIMEOUT, "idle.example.net idle"));
}
END_TEST

START_TEST(a_word_does_not_match_across_lines)
{
	const struct span lines[] = { span_text("going"), span_text("down the line length") };
	const struct rules *r = rules_builtin();

	ck_assert(!phrase_matches(r, PHRASE_SERVER_SHUTDOWN, lines, 2));
	ck_assert(phrase_matches(r, PHRASE_LINE_TOO_LONG, lines, 2));
	ck_assert(!phrase_matches(r, PHRASE_LINE_TOO_LONG, lines, 1));
	ck_assert(!phrase_matches(r, PHRASE_LINE_TOO_LONG, NULL, 0));
}
END_TEST

START_TEST(words_of_other_scripts_match)
{
	static const char *const words[] = { "простой", "\xe8\xb6\x85\xe6\x99\x82", NULL };
	static const char *const none[] = { NULL };
	const struct rule_phrase phrase = { .name = "arguments", .words = words, .hits = none, .misses = none };
	const struct rules rules = { .phrases = &phrase, .phrase_count = 1 };
	const struct span hit = span_text("421 \xe9\x80\xa3\xe7\xb7\x9a\xe8\xb6\x85\xe6\x99\x82"),
			  other = span_text("соединение простой"), miss = span_text("Простой");

	ck_assert(phrase_matches(&rules, (enum phrase)0, &hit, 1));
	ck_assert(phrase_matches(&rules, (enum phrase)0, &other, 1));
	/* Only ASCII letters are folded. */
	ck_assert(!phrase_matches(&rules, (enum phrase)0, &miss, 1));
}
END_TEST

START_TEST(a_set_without_the_phrase_never_matches)
{
	const struct rules rules = { .phrase_count = 0 };
	const struct span line = span_text("idle timeout");

	ck_assert(!phrase_matches(&rules, PHRASE_IDLE_TIMEOUT, &line, 1));
}
END_TEST

START_TEST(failed_examples_are_counted)
{
	static const char *const words[] = { "idle", NULL };
	static const char *const hits[] = { "421 you were idle", "421-mx\n421 IDLE", "421 gone", NULL };
	static const char *const misses[] = { "421 idle.example.net", "421 idle", NULL };
	const struct rule_phrase phrase = { .name = "p", .words = words, .hits = hits, .misses = misses };
	const struct rules rules = { .phrases = &phrase, .phrase_count = 1 };
	size_t failed;

	ck_assert_uint_eq(phrase_test(&rules, print_fault, NULL, &failed), 5);
	ck_assert_uint_eq(failed, 2);
}
END_TEST

/* The worst input that a server can send: words that nearly match, or host names that hold them, in one long token. */
START_TEST(the_time_is_linear)
{
	enum { LENGTH = 1024 * 1024 };
	static const char *const pieces[] = { "idle.idl", "too long withou.", "idle.example-" };
	char *text = malloc(LENGTH);

	ck_assert_ptr_nonnull(text);
	for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
		clock_t start = clock();
		struct span line = span_of(text, LENGTH);

		for (size_t i = 0; i < LENGTH; i++)
			text[i] = pieces[k][i % strlen(pieces[k])];
		phrase_matches(rules_builtin(), PHRASE_IDLE_TIMEOUT, &line, 1);
		ck_assert_int_lt((clock() - start) * 1000 / CLOCKS_PER_SEC, 500);
	}
	free(text);
}
END_TEST

SUITE("rules/phrase", every_example_of_the_rules_holds, the_enum_names_the_entries,
      a_word_counts_where_a_word_begins, a_word_in_a_host_name_does_not_count,
      a_word_does_not_match_across_lines, words_of_other_scripts_match,
      a_set_without_the_phrase_never_matches, failed_examples_are_counted, the_time_is_linear)
