/* SPDX-License-Identifier: BSD-2-Clause */
/* explain: the page and the JSON record say the same of every example of the rules. */
#include "buf.h"
#include "explain.h"
#include "harness.h"
#include "text_rules.h"
#include <string.h>
#include <unistd.h>

enum { OUTPUT = 64 * 1024 };

/* What explain prints of |text| to standard output, which a file has taken the place of. */
static void output_of(struct explain *e, const char *text, char out[static OUTPUT])
{
	size_t length;

	rewind(stdout);
	ck_assert_int_eq(ftruncate(fileno(stdout), 0), 0);
	explain_argument(e, text);
	fflush(stdout);
	rewind(stdout);
	length = fread(out, 1, OUTPUT - 1, stdout);
	out[length] = '\0';
}

/* Every run of white space as one blank. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		bool blank = *from == ' ' || *from == '\n';

		if (!blank || (to > text && to[-1] != ' '))
			*to++ = blank ? ' ' : *from;
	}
	*to = '\0';
}

/* The string value of |key|; false where it is null. */
static bool value_of(const char *json, const char *key, char out[static OUTPUT])
{
	char name[40];
	const char *at;
	size_t length = 0;

	snprintf(name, sizeof name, "\"%s\":", key);
	at = strstr(json, name);
	ck_assert_msg(at, "no %s in %s", key, json);
	at += strlen(name);
	if (*at++ != '"')
		return false;
	for (; *at && *at != '"'; at++) {
		if (*at == '\\')
			at++;
		out[length++] = *at;
	}
	out[length] = '\0';
	squeeze(out);
	return true;
}

/* Does the page show the record's value of |key| behind |label|? */
static void compare(const char *page, const char *json, const char *key, const char *label, const char *id)
{
	static char value[OUTPUT], shown[OUTPUT + 40];

	if (!value_of(json, key, value))
		return;
	snprintf(shown, sizeof shown, "%s %s", label, value);
	ck_assert_msg(strstr(page, shown), "%s: the page does not show \"%s\":\n%s", id, shown, page);
}

static void compare_example(struct explain *as_page, struct explain *as_json, const char *text, const char *id)
{
	static char page[OUTPUT], json[OUTPUT];

	output_of(as_page, text, page);
	output_of(as_json, text, json);
	squeeze(page);
	compare(page, json, "meaning", "In short", id);
	compare(page, json, "fix", "What to do", id);
	compare(page, json, "responsible", "Responsible", id);
	compare(page, json, "retry", "Retry", id);
	compare(page, json, "rule", "Matched rule", id);
}

/* Compares the examples of all rules from |first| on that answer what that one answers. */
static void compare_rules(const struct rules *r, size_t first)
{
	const char *question = r->texts[first].questions[0];
	struct explain_config config = { .rules = r, .question = question };
	struct explain *as_page = explain_create(&config), *as_json;

	config.as_json = true;
	as_json = explain_create(&config);

	for (size_t i = first; i < r->text_count; i++) {
		const char *other = r->texts[i].questions[0];

		if (other != question && (!other || !question || strcmp(other, question) != 0))
			continue;
		for (const char *const *hit = r->texts[i].hits; *hit; hit++)
			compare_example(as_page, as_json, *hit, r->texts[i].id);
	}
	explain_destroy(as_page);
	explain_destroy(as_json);
}

/* Has an earlier rule the first question of rule |index|? */
static bool done_already(const struct rules *r, size_t index)
{
	const char *question = r->texts[index].questions[0];

	for (size_t i = 0; i < index; i++) {
		const char *other = r->texts[i].questions[0];

		if (other == question || (other && question && strcmp(other, question) == 0))
			return true;
	}
	return false;
}

START_TEST(page_and_record_say_the_same)
{
	const struct rules *r = rules_builtin();

	ck_assert_ptr_nonnull(freopen("test_explain.out", "w+", stdout));
	for (size_t i = 0; i < r->text_count; i++)
		if (!done_already(r, i))
			compare_rules(r, i);
	unlink("test_explain.out");
}
END_TEST

START_TEST(a_page_is_printed_although_the_code_is_not_in_the_table)
{
	static char page[OUTPUT];
	struct explain *e = explain_create(&(struct explain_config){ .rules = rules_builtin() });

	ck_assert_ptr_nonnull(freopen("test_explain_code.out", "w+", stdout));
	output_of(e, "526 Authentication failure", page);
	ck_assert_ptr_nonnull(strstr(page, "What this server meant"));
	explain_destroy(e);
	unlink("test_explain_code.out");
}
END_TEST

SUITE("reference/explain", page_and_record_say_the_same, a_page_is_printed_although_the_code_is_not_in_the_table)
