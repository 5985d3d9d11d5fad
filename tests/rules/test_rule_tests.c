/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules that watch each other: a fault that is planted in a set is found, and the built-in set has none. */
#include "harness.h"
#include "rule_tests.h"

#include <stdio.h>
#include <string.h>

static const char *const none[] = { NULL };
static const unsigned no_codes[] = { 0 };

struct faults {
	char text[4096];
};

static void note(void *context, const char *family, unsigned line, const char *text)
{
	struct faults *f = context;
	size_t used = strlen(f->text);

	ck_assert_uint_eq(line, 0);
	snprintf(f->text + used, sizeof f->text - used, "%s: %s\n", family, text);
}

static struct rule_text rule(const char *id, const char *cause, const char *const *patterns,
			     const char *const *hits)
{
	return (struct rule_text){ .id = id,
				   .family = id,
				   .level = RULE_GENERAL,
				   .rank = 1,
				   .codes = no_codes,
				   .questions = none,
				   .enhanced = no_codes,
				   .patterns = patterns,
				   .also = none,
				   .unless = none,
				   .marks = none,
				   .cause = cause,
				   .detail = "x",
				   .meaning = "x",
				   .hits = hits,
				   .misses = none };
}

static const char *const non[] = { "\\bnon\\b", NULL }, *const unknown[] = { "unknown user", NULL };
static const char *const english_hit[] = { "550 unknown user, non existent", NULL }, *const italian_hit[] = {
	"550 non esiste", NULL
};

/* Tests a set of two rules and one control. Returns the number of faults. */
static size_t test(const struct rule_text texts[static 2], const char *control, struct faults *faults)
{
	const char *replies[] = { control, NULL };
	const struct rule_control controls[] = { { .name = "control", .language = "en", .replies = replies } };
	const struct rules rules = { .texts = texts, .text_count = 2, .controls = controls, .control_count = 1 };
	size_t failed, count;

	faults->text[0] = '\0';
	count = rule_tests_run(&rules, note, faults, &failed);
	ck_assert_uint_eq(count, 3);
	return failed;
}

START_TEST(a_rule_of_another_language_is_found_on_a_hit)
{
	const struct rule_text texts[] = { rule("en-unknown", "user-unknown", unknown, english_hit),
					   rule("it-policy", "policy", non, italian_hit) };
	const struct rule_text same[] = { texts[0], rule("it-unknown", "user-unknown", non, italian_hit) };
	struct faults faults;

	ck_assert_uint_eq(test(texts, "550 no", &faults), 1);
	ck_assert_msg(
	    strstr(faults.text, "it-policy: it-policy (policy) matches a text of another language") != NULL,
	    "%s", faults.text);
	ck_assert_uint_eq(test(same, "550 no", &faults), 0);
}
END_TEST

START_TEST(a_rule_of_another_language_is_found_on_a_control)
{
	const struct rule_text texts[] = { rule("en-unknown", "user-unknown", unknown, english_hit),
					   rule("it-unknown", "user-unknown", non, italian_hit) };
	struct faults faults;

	ck_assert_uint_eq(test(texts, "550 The address is non existent", &faults), 1);
	ck_assert_msg(
	    strstr(faults.text, "it-unknown matches a text of another language, the control control") != NULL,
	    "%s", faults.text);
}
END_TEST

/* Whatever it asks for: controls name no question. */
START_TEST(a_rule_of_a_provider_is_found_on_a_control)
{
	static const char *const questions[] = { "RCPT", NULL };
	struct rule_text texts[] = { rule("en-unknown", "user-unknown", unknown, english_hit),
				     rule("provider", "policy", non, italian_hit) };
	struct faults faults;

	texts[1].level = RULE_PROVIDER;
	texts[1].questions = questions;
	ck_assert_uint_eq(test(texts, "550 The address is non existent", &faults), 1);
	ck_assert_msg(strstr(faults.text, "provider is for one provider and matches an ordinary text") != NULL,
		      "%s", faults.text);
	ck_assert_uint_eq(test(texts, "550 The address does not exist", &faults), 0);
}
END_TEST

START_TEST(a_hit_that_its_rule_does_not_decide_is_found)
{
	const struct rule_text texts[] = { rule("en-unknown", "user-unknown", unknown, english_hit),
					   rule("it-unknown", "user-unknown", non, english_hit) };
	struct faults faults;

	ck_assert_uint_eq(test(texts, "550 no", &faults), 1);
	ck_assert_msg(strstr(faults.text, "hit of it-unknown is decided by en-unknown") != NULL, "%s",
		      faults.text);
}
END_TEST

START_TEST(there_are_several_hundred_controls)
{
	const struct rules *rules = rules_builtin();
	size_t replies = 0;

	for (size_t i = 0; i < rules->control_count; i++)
		for (const char *const *reply = rules->controls[i].replies; *reply; reply++)
			replies += strcmp(rules->controls[i].language, "en") == 0;
	ck_assert_uint_ge(replies, 300);
}
END_TEST

SUITE("rule_tests", a_rule_of_another_language_is_found_on_a_hit,
      a_rule_of_another_language_is_found_on_a_control, a_rule_of_a_provider_is_found_on_a_control,
      a_hit_that_its_rule_does_not_decide_is_found, there_are_several_hundred_controls)
