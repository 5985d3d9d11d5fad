/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of stories in rule files: a set can change them, but add no pattern and no placeholder. */
#include "harness.h"
#include "rules.h"
#include "story_names.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char faults[2000];

static void note(void *context, const char *file, unsigned line, const char *text)
{
	size_t used = strlen(faults);

	(void)context;
	(void)file;
	snprintf(faults + used, sizeof faults - used, "%u: %s\n", line, text);
}

/* Loads one file over the built-in set. */
static struct rules *load(const char *text)
{
	char dir[] = "/tmp/test_stories_XXXXXX", path[64];
	struct rules *rules;
	FILE *out;

	faults[0] = '\0';
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a.yaml", dir);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
	ck_assert_int_eq(rules_load(rules_builtin(), dir, note, NULL, &rules), !*faults);
	unlink(path);
	rmdir(dir);
	return rules;
}

START_TEST(words_are_overridden_and_the_rest_kept)
{
	struct rules *r = load("stories:\n  loop:\n    headline: Schleife bei {server}.\n");

	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->story_count, STORY_PATTERNS);
	ck_assert_str_eq(r->stories[STORY_LOOP].headline, "Schleife bei {server}.");
	ck_assert_str_eq(r->stories[STORY_LOOP].advice, rules_builtin()->stories[STORY_LOOP].advice);
	ck_assert_str_eq(r->stories[STORY_BOUNCE].name, "bounce");
	rules_destroy(r);
}
END_TEST

START_TEST(a_pattern_or_placeholder_that_the_program_lacks_is_a_fault)
{
	ck_assert_ptr_null(load("stories:\n  riddle:\n    headline: a\n    advice: b\n"));
	ck_assert_ptr_nonnull(strstr(faults, "2: story riddle is not known"));
	ck_assert_ptr_null(load("stories:\n  loop:\n    headline: at {host}\n"));
	ck_assert_ptr_nonnull(strstr(faults, "unknown placeholder \"{host}\""));
	ck_assert_ptr_null(load("stories:\n  loop:\n    if-later: at {server\n"));
	ck_assert_ptr_nonnull(strstr(faults, "unknown placeholder"));
}
END_TEST

SUITE("schema_stories", words_are_overridden_and_the_rest_kept,
      a_pattern_or_placeholder_that_the_program_lacks_is_a_fault)
