/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules for texts from a directory: which are added, overridden or left out, and why. */
#include "harness.h"
#include "rule_tests.h"
#include "text_rules.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct faults {
	char text[8192];
	size_t length, count;
};

static void note(void *context, const char *file, unsigned line, const char *text)
{
	struct faults *f = context;
	const char *slash = strrchr(file, '/');

	f->count++;
	f->length += (size_t)snprintf(f->text + f->length, sizeof f->text - f->length, "%s:%u: %s\n",
				      slash ? slash + 1 : file, line, text);
	ck_assert_uint_lt(f->length, sizeof f->text);
}

/* Loads |yaml| over the built-in rules; with |in_texts|, from the folder "texts" of the directory. */
static struct rules *load(const char *yaml, bool in_texts, struct faults *faults, bool *fine)
{
	char dir[] = "/tmp/rules_texts_XXXXXX", folder[64], path[80];
	struct rules *rules;
	FILE *out;

	*faults = (struct faults){ .length = 0 };
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(folder, sizeof folder, "%s%s", dir, in_texts ? "/texts" : "");
	if (in_texts)
		ck_assert_int_eq(mkdir(folder, 0700), 0);
	snprintf(path, sizeof path, "%s/own.yaml", folder);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(yaml, out);
	fclose(out);
	*fine = rules_load(rules_builtin(), dir, note, faults, &rules);
	unlink(path);
	if (in_texts)
		rmdir(folder);
	rmdir(dir);
	return rules;
}

static const char *rule_for(const struct rules *rules, const char *reply)
{
	struct text_rules *e = text_rules_create(rules);
	struct reply_cause c = text_rules_classify_text(e, "RCPT", span_text(reply));

	text_rules_destroy(e);
	return c.rule ? c.rule : "none";
}

static const char good[] = "texts:\n"
			   "  own-words:\n"
			   "    level: provider\n"
			   "    rank: 1\n"
			   "    patterns: ['our very own words']\n"
			   "    cause: policy\n"
			   "    meaning: Ours.\n"
			   "    hit: ['550 our very own words']\n"
			   "    miss: ['550 This user is unknown']\n"
			   "  spamhaus:\n"
			   "    fix: Call the mail team.\n";

START_TEST(rules_are_added_and_overridden)
{
	for (int in_texts = 0; in_texts < 2; in_texts++) {
		struct faults faults;
		bool fine;
		struct rules *rules = load(good, in_texts, &faults, &fine);
		struct text_rules *e;
		struct reply_cause c;
		size_t failed;

		ck_assert_msg(fine && rules, "%s", faults.text);
		ck_assert_uint_eq(rules->text_count, rules_builtin()->text_count + 1);
		ck_assert_str_eq(rule_for(rules, "550 User unknown, in our very own words"), "own-words");
		e = text_rules_create(rules);
		c = text_rules_classify_text(e, NULL, span_text("550 Blocked, see spamhaus.org"));
		ck_assert_str_eq(c.cause, "blocklisted");
		ck_assert_str_eq(c.fix, "Call the mail team.");
		text_rules_destroy(e);
		rule_tests_run(rules, note, &faults, &failed);
		ck_assert_msg(failed == 0, "%s", faults.text);
		rules_destroy(rules);
	}
}
END_TEST

START_TEST(a_faulty_rule_is_told_and_the_others_serve)
{
	static const struct {
		const char *rule, *fault;
	} cases[] = {
		{ "colour: red", "own.yaml:14: text rule faulty has no key \"colour\"; expected" },
		{ "patterns: ['(open word']", "own.yaml:14: pattern \"(open word\" fails at its character" },
		{ "patterns: ['word', '.*']", "own.yaml:14: pattern \".*\" requires no word of three letters" },
		{ "patterns: ['\xc3\xbc"
		  "ber word']",
		  "own.yaml:14: pattern \"\xc3\xbc"
		  "ber word\" holds letters with accents" },
		{ "patterns: ['word']", "own.yaml:13: text rule faulty has no \"hit\"" },
		{ "cause: no-such", "cause \"no-such\" is unknown" },
		{ "level: high",
		  "own.yaml:14: \"level\" is \"high\"; expected provider, general, hint or advice" },
		{ "rank: 100", "own.yaml:14: \"rank\" is \"100\"; expected a number from 1 to 99" },
		{ "certainty: sure", "expected possible, likely or certain" },
		{ "codes: [250]", "own.yaml:14: \"codes\" holds 250, which is not a refusal" },
		{ "codes: [55]", "own.yaml:14: \"codes\" holds \"55\"; expected" },
		{ "answers: rcpt", "own.yaml:14: \"answers\" holds \"rcpt\"; expected a verb in upper case" },
		{ "enhanced: [5.7]\n    responsible: everybody",
		  "own.yaml:15: \"responsible\" is \"everybody\"; expected one of sender, client" },
		{ "enhanced: ['7.1']", "own.yaml:14: \"enhanced\" holds \"7.1\"; expected such as 5.7.1" },
		{ "retry: maybe", "own.yaml:14: \"retry\" is \"maybe\"; expected one of useless" },
		{ "unless: ['(open word']", "own.yaml:14: pattern \"(open word\" fails at its character" },
		{ "certainty: certain\n    patterns: ['\\bword\\b']\n    hit: ['550 word']\n    miss: ['550 x']",
		  "text rule faulty is certain, but its pattern" },
		{ "unless: ['word']\n    patterns: ['word']\n    hit: ['550 word']\n    miss: ['550 x']",
		  "text rule faulty decides nothing" },
		{ "certainty: certain\n    patterns: ['\\b(?:mx|mta)\\d*\\.example\\.(?:com|net)\\b']\n    hit: ['550 mx1.example.com']\n"
		  "    miss: ['550 x']",
		  "text rule faulty is certain, but its pattern" },
		{ "certainty: certain\n    patterns: ['example\\.com.{0,60}']\n    hit: ['550 example.com']\n    miss: ['550 x']",
		  "text rule faulty is certain, but its pattern" },
		{ "unless: ['b word']\n    also: ['b word']\n    patterns: ['word']\n    hit: ['550 word']\n    miss: ['550 x']",
		  "text rule faulty decides nothing: \"unless\" has a pattern that \"also\" demands" },
		{ "codes: [4]\n    enhanced: ['5.7.1']\n    patterns: ['word']\n    hit: ['550 word']\n    miss: ['550 x']",
		  "text rule faulty decides nothing: no reply with its \"codes\"" },
		{ "patterns: ['\\bsome-word\\b', 'one@two']\n    hit: ['550 some-word']\n    miss: ['550 x']",
		  "text rule faulty decides nothing: \"@\" and hyphens" },
		{ "fix: 'Read the reply; it names the policy, or a contact.'\n    patterns: ['word']\n    hit: ['550 word']\n    miss: ['550 x']",
		  "text rule faulty: \"fix\" repeats that of its cause" },
		{ "hit: ['no code']", "own.yaml:14: example \"no code\" does not begin with a code" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char yaml[2048];
		struct faults faults;
		struct rules *rules;
		bool fine;

		snprintf(yaml, sizeof yaml, "%s\n  faulty:\n    %s\n    meaning: x\n%s", good, cases[i].rule,
			 strncmp(cases[i].rule, "cause", 5) == 0
			     ? "    patterns: ['word']\n    hit: ['550 word']\n    miss: ['550 x']\n"
			     : "    cause: policy\n");
		rules = load(yaml, false, &faults, &fine);
		ck_assert_msg(!fine && rules, "%s: %s", cases[i].rule, faults.text);
		ck_assert_msg(strstr(faults.text, cases[i].fault) != NULL, "%s: %s", cases[i].fault,
			      faults.text);
		ck_assert_uint_eq(rules->text_count, rules_builtin()->text_count + 1);
		ck_assert_str_eq(rule_for(rules, "550 our very own words"), "own-words");
		rules_destroy(rules);
	}
}
END_TEST

START_TEST(a_rule_that_no_reply_can_reach_is_told)
{
	struct faults faults;
	bool fine;
	struct rules *rules = load("texts:\n"
				   "  first:\n    rank: 1\n    patterns: ['our words', 'more words']\n    "
				   "cause: policy\n    meaning: x\n"
				   "    hit: ['550 our words']\n    miss: ['550 x']\n"
				   "  second:\n    rank: 2\n    codes: [550]\n    patterns: ['our words']\n  "
				   "  cause: policy\n    meaning: x\n"
				   "    hit: ['550 our words']\n    miss: ['550 x']\n",
				   false, &faults, &fine);

	ck_assert(!fine);
	ck_assert_msg(
	    strstr(faults.text, "own.yaml:9: text rule second is never reached: first is asked before it"),
	    "%s", faults.text);
	ck_assert_uint_eq(rules->text_count, rules_builtin()->text_count + 1);
	rules_destroy(rules);
}
END_TEST

START_TEST(faults_of_other_kinds_stop_it)
{
	struct faults faults;
	bool fine;
	struct rules *rules = load("codes:\n  999:\n    name: x\n", false, &faults, &fine);

	ck_assert(!fine);
	ck_assert_ptr_null(rules);
}
END_TEST

SUITE("rules/schema_texts", rules_are_added_and_overridden, a_faulty_rule_is_told_and_the_others_serve,
      a_rule_that_no_reply_can_reach_is_told, faults_of_other_kinds_stop_it)
