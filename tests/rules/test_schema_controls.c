/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "rules.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void note(void *context, const char *file, unsigned line, const char *text)
{
	char *faults = context;
	size_t used = strlen(faults);

	(void)file;
	snprintf(faults + used, 1000 - used, "%u: %s\n", line, text);
}

/* Loads |text| over the built-in rules. Stores the faults in |faults|. */
static struct rules *load(const char *text, char faults[static 1000])
{
	char dir[] = "/tmp/test_controls_XXXXXX", path[64];
	struct rules *rules;
	FILE *out;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a.yaml", dir);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
	faults[0] = '\0';
	(void)rules_load(rules_builtin(), dir, note, faults, &rules);
	unlink(path);
	rmdir(dir);
	return rules;
}

START_TEST(controls_are_added)
{
	char faults[1000];
	struct rules *r =
	    load("controls:\n  zz-own:\n    language: fi\n    replies: ['550 ei', '550 ei ole']\n", faults);
	const struct rule_control *own;

	ck_assert_str_eq(faults, "");
	ck_assert_uint_eq(r->control_count, rules_builtin()->control_count + 1);
	own = &r->controls[r->control_count - 1];
	ck_assert_str_eq(own->name, "zz-own");
	ck_assert_str_eq(own->language, "fi");
	ck_assert_str_eq(own->replies[1], "550 ei ole");
	ck_assert_ptr_null(own->replies[2]);
	rules_destroy(r);
}
END_TEST

START_TEST(faulty_controls_are_told)
{
	static const struct {
		const char *text, *fault;
	} cases[] = {
		{ "controls:\n  Own:\n    language: fi\n    replies: 550 ei\n",
		  "2: \"Own\" is not a name of a control" },
		{ "controls:\n  own:\n    language: finnish\n    replies: 550 ei\n",
		  "expected two letters such as en" },
		{ "controls:\n  own:\n    language: fi\n    replies: ei\n",
		  "2: reply \"ei\" does not begin with a reply code" },
		{ "controls:\n  own:\n    language: fi\n", "control own has no \"replies\"" },
		{ "controls:\n  own:\n    replies: 550 ei\n", "control own has no \"language\"" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char faults[1000];

		rules_destroy(load(cases[i].text, faults));
		ck_assert_msg(strstr(faults, cases[i].fault) != NULL, "%s: %s", cases[i].text, faults);
	}
}
END_TEST

SUITE("rules/schema_controls", controls_are_added, faulty_controls_are_told)
