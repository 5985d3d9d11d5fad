/* SPDX-License-Identifier: BSD-2-Clause */
/* Phrases in rule files: a set can change those that the program asks for, and a faulty one harms no other. */
#include "harness.h"
#include "phrase.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void note(void *context, const char *file, unsigned line, const char *text)
{
	char *faults = context;
	size_t used = strlen(faults);

	(void)file;
	snprintf(faults + used, 2000 - used, "%u: %s\n", line, text);
}

/* Loads one file over |base|; |faults| gets "line: fault\n" of each fault. */
static struct rules *load(const struct rules *base, const char *text, char faults[static 2000])
{
	char dir[] = "/tmp/test_phrases_XXXXXX", path[64];
	struct rules *rules;
	bool fine;
	FILE *out;

	faults[0] = '\0';
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a.yaml", dir);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
	fine = rules_load(base, dir, note, faults, &rules);
	ck_assert_msg(fine == !*faults, "%s", faults);
	unlink(path);
	rmdir(dir);
	return rules;
}

static bool says(const struct rules *rules, enum phrase phrase, const char *line)
{
	const struct span text = span_text(line);

	return phrase_matches(rules, phrase, &text, 1);
}

START_TEST(words_are_overridden_and_the_rest_kept)
{
	char faults[2000];
	struct rules *r =
	    load(rules_builtin(), "phrases:\n  idle-timeout:\n    words: [idle, zeitlimit]\n", faults);

	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->phrase_count, rules_builtin()->phrase_count);
	ck_assert(says(r, PHRASE_IDLE_TIMEOUT, "Zeitlimit erreicht"));
	ck_assert(!says(r, PHRASE_IDLE_TIMEOUT, "timeout"));
	ck_assert(says(r, PHRASE_SERVER_SHUTDOWN, "shutting down"));
	ck_assert_str_eq(r->phrases[PHRASE_IDLE_TIMEOUT].hits[0],
			 rules_builtin()->phrases[PHRASE_IDLE_TIMEOUT].hits[0]);
	ck_assert(says(rules_builtin(), PHRASE_IDLE_TIMEOUT, "timeout"));
	rules_destroy(r);
}
END_TEST

START_TEST(a_text_alone_is_a_list_of_one)
{
	char faults[2000];
	struct rules *r = load(rules_builtin(), "phrases:\n  idle-timeout:\n    words: zeitlimit\n", faults);

	ck_assert_ptr_nonnull(r);
	ck_assert(says(r, PHRASE_IDLE_TIMEOUT, "Zeitlimit"));
	rules_destroy(r);
}
END_TEST

/* The program asks for no other phrases, so an unknown one is misspelt. */
START_TEST(no_phrase_is_added)
{
	char faults[2000];
	struct rules *r =
	    load(rules_builtin(),
		 "phrases:\n  idel-timeout:\n    words: idle\n    hit: 421 idle\n    miss: 421 bye\n", faults);

	ck_assert_str_eq(
	    faults,
	    "2: phrase idel-timeout is not known; smtpscope rules list shows the phrases it asks for\n");
	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->phrase_count, rules_builtin()->phrase_count);
	rules_destroy(r);
	/* The built-in rules themselves are laid over nothing. */
	r = load(NULL, "phrases:\n  p:\n    words: idle\n    hit: 421 idle\n    miss: 421 bye\n", faults);
	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->phrase_count, 1);
	rules_destroy(r);
}
END_TEST

START_TEST(a_faulty_phrase_is_reported_and_the_others_are_used)
{
	static const struct {
		const char *lines, *fault;
	} cases[] = {
		{ "words: Idle", "2: phrase goodbye has the word \"Idle\"; expected lower case" },
		{ "words: ' idle'", "2: phrase goodbye has the word \" idle\"; expected lower case" },
		{ "words: \"a\\tb\"", "2: phrase goodbye has the word" },
		{ "words: []", "3: \"words\" is a list of 0 entries; expected a list of 1 to 400 texts" },
		{ "words: [a, '']", "3: \"words\" holds a text of 0 bytes; expected 1 to 60" },
		{ "words: [a, [b]]", "3: \"words\" holds a text of 0 bytes; expected 1 to 60" },
		{ "words: {a: b}", "3: \"words\" is a mapping of 1 entries" },
		{ "words: \"a\\0b\"", "3: \"words\" holds a text of 3 bytes; expected 1 to 60, without NUL" },
		{ "hit: you were idle", "2: example \"you were idle\" does not begin with a reply code" },
		{ "miss: [221 bye, 99 idle]", "2: example \"99 idle\" does not begin with a reply code" },
		{ "colour: red", "3: phrase goodbye has no key \"colour\"; expected words, hit, miss" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[200], faults[2000];
		struct rules *r;

		snprintf(text, sizeof text,
			 "phrases:\n  goodbye:\n    %s\n  idle-timeout:\n    words: zeitlimit\n",
			 cases[i].lines);
		r = load(rules_builtin(), text, faults);
		ck_assert_msg(strncmp(faults, cases[i].fault, strlen(cases[i].fault)) == 0, "%s: got %s",
			      cases[i].lines, faults);
		ck_assert_ptr_nonnull(r);
		ck_assert(says(r, PHRASE_GOODBYE, "bye"));
		ck_assert(says(r, PHRASE_IDLE_TIMEOUT, "Zeitlimit"));
		rules_destroy(r);
	}
}
END_TEST

START_TEST(a_new_phrase_has_to_be_complete)
{
	char faults[2000];

	rules_destroy(load(NULL, "phrases:\n  p:\n    words: idle\n", faults));
	ck_assert_ptr_nonnull(strstr(faults, "phrase p has no \"hit\""));
	ck_assert_ptr_nonnull(strstr(faults, "phrase p has no \"miss\""));
	rules_destroy(load(NULL, "phrases:\n  Two Words:\n    words: idle\n", faults));
	ck_assert_ptr_nonnull(strstr(faults, "2: \"Two Words\" is not a name of a phrase"));
}
END_TEST

SUITE("rules/schema_phrases", words_are_overridden_and_the_rest_kept, a_text_alone_is_a_list_of_one,
      no_phrase_is_added, a_faulty_phrase_is_reported_and_the_others_are_used, a_new_phrase_has_to_be_complete)
