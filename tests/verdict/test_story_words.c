/* SPDX-License-Identifier: BSD-2-Clause */
#include "story_words.h"

#include "harness.h"

#include <string.h>

static struct past first, last;
static struct past *const sessions[] = { &first, &last };
static struct story_words words;
static struct story story;

static void tell(enum story_pattern pattern)
{
	story = (struct story){ .pattern = pattern, .attempt_count = 2, .session_count = 2 };
	story_words_fill(&words, &story, rules_builtin(), sessions);
}

static void start(void)
{
	first = (struct past){ .id = "x", .cause = "y", .title = "{time} %1" };
	first.server.addr = (struct addr){ .bytes = { 192, 0, 2, 1 }, .version = 4 };
	first.end.time = 10 * TSTAMP_SECOND;
	last = (struct past){ .number = 2 };
	last.server.addr = (struct addr){ .bytes = { 192, 0, 2, 2 }, .version = 4 };
	last.start.time = 310 * TSTAMP_SECOND;
}

START_TEST(every_pattern_has_a_name_a_headline_and_advice)
{
	start();
	for (int p = 0; p < STORY_PATTERNS; p++) {
		tell((enum story_pattern)p);
		ck_assert_ptr_nonnull(story.name);
		ck_assert(story.headline && story.headline[strlen(story.headline) - 1] == '.');
		ck_assert(story.advice && story.advice[strlen(story.advice) - 1] == '.');
	}
}
END_TEST

START_TEST(values_are_filled_in_once)
{
	start();
	tell(STORY_MX_FALLBACK);
	/* What the wire says is not filled in again. */
	ck_assert_str_eq(story.headline, "Accepted by 192.0.2.2 5 min after 192.0.2.1 had failed: {time} %1.");
}
END_TEST

START_TEST(advice_follows_the_cause)
{
	start();
	last.cause = "greylisted";
	tell(STORY_RETRIED_SAME_FAILURE);
	ck_assert(strstr(story.advice, "greylisting delay"));
	last.cause = "user-unknown";
	last.retry = RETRY_USELESS;
	tell(STORY_RETRIED_SAME_FAILURE);
	ck_assert(strstr(story.advice, "will fail as well"));
	first.doubtful_end = true;
	tell(STORY_RETRIED_THEN_ACCEPTED);
	ck_assert(strstr(story.advice, "two copies"));
	first.doubtful_end = false;
	tell(STORY_RETRIED_THEN_ACCEPTED);
	ck_assert(!strstr(story.advice, "two copies"));
}
END_TEST

SUITE("story_words", every_pattern_has_a_name_a_headline_and_advice, values_are_filled_in_once,
      advice_follows_the_cause)
