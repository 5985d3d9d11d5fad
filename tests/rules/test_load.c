/* SPDX-License-Identifier: BSD-2-Clause */
/* Rule files: every fault is reported with its file and line; correct entries are laid over the base set. */
#include "harness.h"
#include "rules.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct faults {
	char text[16384]; /* "name:line: fault\n" of each, without the directory */
	unsigned count;
};

static void note(void *context, const char *file, unsigned line, const char *text)
{
	struct faults *f = context;
	const char *slash = strrchr(file, '/');
	size_t used = strlen(f->text);

	snprintf(f->text + used, sizeof f->text - used, "%s:%u: %s\n", slash ? slash + 1 : file, line, text);
	f->count++;
}

static void make_directory(char dir[static 32])
{
	strcpy(dir, "/tmp/test_rules_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[96];
	FILE *out;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
}

static void remove_file(const char *dir, const char *name)
{
	char path[96];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	unlink(path);
}

/* Loads one file over the built-in rules. Returns NULL if it is faulty. */
static struct rules *load(const char *text, struct faults *f)
{
	struct rules *rules;
	char dir[32];
	bool fine;

	memset(f, 0, sizeof *f);
	make_directory(dir);
	write_file(dir, "a.yaml", text);
	fine = rules_load(rules_builtin(), dir, note, f, &rules);
	ck_assert_msg(fine == (rules != NULL) && fine == (f->count == 0), "%s", f->text);
	remove_file(dir, "a.yaml");
	rmdir(dir);
	return rules;
}

#define WHOLE "    meaning: m\n    when: w\n    fix: f\n    source: s\n"

START_TEST(every_fault_is_told_with_its_line)
{
	static const struct {
		const char *text, *fault;
	} cases[] = {
		{ "colours:\n  red: 1\n",
		  "a.yaml:1: a rule file has no key \"colours\"; expected one of codes, "
		  "enhanced, commands, findings, explanations, differences, texts, phrases, stories, controls\n" },
		{ "- a\n", "a.yaml:1: the file is a list; expected a mapping (key: value)" },
		{ "codes: 7\n", "a.yaml:1: \"codes\" is text; expected a mapping (key: value)" },
		{ "codes:\n  199:\n    name: n\n",
		  "a.yaml:2: \"199\" is not a reply code; expected 200 to 599" },
		{ "codes:\n  600:\n    name: n\n",
		  "a.yaml:2: \"600\" is not a reply code; expected 200 to 599" },
		{ "codes:\n  0250:\n    name: n\n",
		  "a.yaml:2: \"0250\" is not a reply code; expected 200 to 599" },
		{ "codes:\n  299:\n    name: n\n    colour: red\n" WHOLE,
		  "a.yaml:4: code 299 has no key \"colour\"; expected name, meaning, when, fix, source, "
		  "cause, standard, answers" },
		{ "codes:\n  299:\n    name: n\n    meaning: m\n    when: w\n    source: s\n",
		  "a.yaml:3: code 299 has no \"fix\"" },
		{ "codes:\n  299:\n    name: [n]\n" WHOLE, "a.yaml:3: \"name\" is a list; expected text" },
		{ "codes:\n  299:\n    name:\n" WHOLE, "a.yaml:3: \"name\" is nothing; expected text" },
		{ "codes:\n  299:\n    name: n\n" WHOLE "  299:\n    name: n\n",
		  "a.yaml:8: key \"299\" is given twice; first on line 2" },
		{ "codes:\n  299:\n    name: n\n    name: n\n" WHOLE,
		  "a.yaml:4: key \"name\" is given twice; first on line 3" },
		{ "codes:\n  250:\n    answers:\n      mail:\n        name: n\n",
		  "a.yaml:4: \"mail\" is not a question; expected a verb in upper case, connect, end-of-data or "
		  "auth-response" },
		{ "codes:\n  250:\n    answers:\n      NEVER:\n        name: n\n",
		  "a.yaml:4: \"NEVER\" is not a command of these rules; see the section commands" },
		{ "codes:\n  250:\n    answers:\n      MAIL RCPT MAIL:\n        name: n\n",
		  "a.yaml:4: code 250 after MAIL is already given at " },
		{ "codes:\n  250:\n    cause: bad-luck\n", "a.yaml:2: cause \"bad-luck\" is unknown; "
							   "see the causes of the finding delivery-failed" },
		{ "codes:\n  250:\n    cause: Bad Luck\n", "a.yaml:3: \"cause\" is \"Bad Luck\"; expected a "
							   "name of lower case letters, digits and hyphens" },
		{ "codes:\n  250:\n    name: |\n      one\n      two\n",
		  "a.yaml:3: \"name\" has several lines; expected one (fold it with >-)" },
		{ "codes:\n  250:\n    name: \"a\\tb\"\n",
		  "a.yaml:3: \"name\" holds a control character; expected plain text" },
		{ "codes:\n  250:\n    name: this name is so long that no page could ever show it in a "
		  "single row of text\n",
		  "a.yaml:3: \"name\" has 76 bytes; it may have 60" },
		{ "enhanced:\n  3.1.1:\n    name: n\n" WHOLE,
		  "a.yaml:2: \"3.1.1\" is not an enhanced code; expected, for example, X.1.1, 5.7.1, or X.1 for a "
		  "whole subject" },
		{ "enhanced:\n  5.1.1111:\n    name: n\n" WHOLE,
		  "a.yaml:2: \"5.1.1111\" is not an enhanced code" },
		{ "enhanced:\n  5.99.1:\n    name: n\n    when: w\n    fix: f\n    source: s\n",
		  "a.yaml:3: enhanced code 5.99.1 has no \"meaning\"" },
		{ "commands:\n  MAIL:\n    success: 250\n",
		  "a.yaml:3: \"success\" is text; expected a list of reply codes such as [250, 251]" },
		{ "commands:\n  MAIL:\n    success: [250, 99]\n",
		  "a.yaml:3: \"success\" holds \"99\"; expected a reply code, 200 to 599" },
		{ "commands:\n  MAIL:\n    success: [250, 250]\n", "a.yaml:3: \"success\" holds 250 twice" },
		{ "commands:\n  MAIL:\n    success: [354]\n",
		  "a.yaml:3: command MAIL lists 354 as \"success\"; expected codes from 200 to 299 there" },
		{ "commands:\n  MAIL:\n    success: [250, 299]\n",
		  "a.yaml:2: command MAIL lists 299, which codes does not have" },
		{ "findings:\n  unexpected-221:\n    causes:\n      idle-timeout:\n        severity: bad\n",
		  "a.yaml:5: \"severity\" is \"bad\"; expected info, warning or error" },
		{ "findings:\n  unexpected-221:\n    causes:\n      idle-timeout:\n        why: the {moon} "
		  "was full\n",
		  "a.yaml:5: unknown placeholder \"{moon}\"; smtpscope-rules(5) lists them" },
		{ "findings:\n  unexpected-221:\n    causes:\n      idle-timeout:\n        why: the {text "
		  "was full\n",
		  "a.yaml:5: an unmatched brace near \"{text was full\"" },
		{ "findings:\n  new-one:\n    reference: r\n    causes:\n      a:\n        title: t\n        "
		  "why: w\n        fix: f\n",
		  "a.yaml:5: finding new-one has no cause \"unknown\"; every finding needs one" },
		{ "findings:\n  unexpected-221:\n    severity: info\n",
		  "a.yaml:3: finding unexpected-221 has no \"causes\"" },
		{ "findings:\n  New One:\n    causes: {}\n",
		  "a.yaml:2: \"New One\" is not a name of a finding" },
		{ "differences:\n  250 221:\n    difference: d\n    belongs: b\n    source: s\n",
		  "a.yaml:2: \"250 221\" is not a pair; expected two reply codes, the lower first: 220 221" },
		{ "differences:\n  221 299:\n    difference: d\n    belongs: b\n    source: s\n",
		  "a.yaml:2: pair 221 299: codes does not have 299" },
		{ "codes:\n  250: &a\n    name: n\n",
		  "a.yaml:2: an anchor or alias (& or *); rule files are written without them" },
		{ "codes: {}\n---\ncodes: {}\n",
		  "a.yaml:2: a second document; a rule file is one YAML document" },
		{ "codes:\n  250:\n   name: n\n  \tfix: f\n", "a.yaml:4: not readable as YAML: " },
		{ "codes: {\n", "a.yaml:2: not readable as YAML: " },
		{ "", "a.yaml:0: is empty; expected at least one of codes" },
		{ "codes:\n  ? [a, b]\n  : c\n", "a.yaml:2: a key is a list; expected text" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct faults f;

		ck_assert_ptr_null(load(cases[i].text, &f));
		ck_assert_msg(f.count == 1, "%s: %u faults:\n%s", cases[i].text, f.count, f.text);
		ck_assert_msg(strncmp(f.text, cases[i].fault, strlen(cases[i].fault)) == 0, "%s: got %s",
			      cases[i].fault, f.text);
	}
}
END_TEST

START_TEST(all_faults_are_told_not_only_the_first)
{
	struct faults f;

	ck_assert_ptr_null(load(
	    "codes:\n  199: {}\n  299:\n    name: n\n    colour: red\ncommands:\n  MAIL:\n    error: [5]\n"
	    "differences:\n  1 2: {}\n",
	    &f));
	ck_assert_msg(f.count == 8, "%s", f.text); /* 299 lacks four texts */
	ck_assert_ptr_nonnull(strstr(f.text, "a.yaml:2: \"199\""));
	ck_assert_ptr_nonnull(strstr(f.text, "a.yaml:5: code 299 has no key \"colour\""));
	ck_assert_ptr_nonnull(strstr(f.text, "a.yaml:4: code 299 has no \"meaning\""));
	ck_assert_ptr_nonnull(strstr(f.text, "a.yaml:8: \"error\" holds \"5\""));
	ck_assert_ptr_nonnull(strstr(f.text, "a.yaml:10: \"1 2\""));
}
END_TEST

START_TEST(an_entry_keeps_what_is_not_named)
{
	const struct rules *base = rules_builtin();
	const struct rule_code *was = rules_code(base, 554, "RCPT"), *is;
	struct faults f;
	struct rules *r = load("codes:\n  554:\n    answers:\n      RCPT:\n        fix: Call Pat.\n", &f);

	ck_assert_ptr_nonnull(r);
	is = rules_code(r, 554, "RCPT");
	ck_assert_str_eq(is->fix, "Call Pat.");
	ck_assert_str_eq(is->meaning, was->meaning);
	ck_assert_str_eq(rules_code(r, 554, NULL)->fix, rules_code(base, 554, NULL)->fix);
	ck_assert_uint_eq(r->code_count, base->code_count);
	ck_assert_str_ne(rules_code(base, 554, "RCPT")->fix, "Call Pat.");
	rules_destroy(r);
}
END_TEST

START_TEST(entries_are_added)
{
	struct faults f;
	struct rules *r =
	    load("codes:\n  299:\n    name: Fine here\n" WHOLE
		 "    answers:\n      XPAT MAIL:\n        name: Very fine\n"
		 "commands:\n  XPAT:\n    name: Pat\n    success: [299]\n    source: s\n"
		 "enhanced:\n  5.7.999:\n    name: Ours\n" WHOLE "    cause: policy\n"
		 "findings:\n  unexpected-221:\n    causes:\n      full-moon:\n        severity: info\n"
		 "        title: t\n        why: '{text}'\n        fix: f\n        reference: r\n"
		 "differences:\n  250 299:\n    difference: |\n      one\n\n      two\n    belongs: b\n    "
		 "source: s\n",
		 &f);

	ck_assert_msg(r != NULL, "%s", f.text);
	ck_assert_str_eq(rules_code(r, 299, NULL)->name, "Fine here");
	ck_assert_str_eq(rules_code(r, 299, "XPAT")->name, "Very fine");
	ck_assert_str_eq(rules_code(r, 299, "XPAT")->fix, "f"); /* lent by the general entry */
	ck_assert_str_eq(rules_code(r, 299, "MAIL")->name, "Very fine");
	ck_assert(rules_expects(r, "XPAT", 299));
	ck_assert(!rules_expects(r, "XPAT", 250));
	ck_assert(!rules_expects(r, "MAIL", 299));
	ck_assert_str_eq(rules_enhanced(r, 5, 7, 999, NULL)->name, "Ours");
	ck_assert_uint_eq(rules_enhanced(r, 4, 7, 999, NULL)->detail, RULE_ANY_DETAIL);
	ck_assert_str_eq(rules_cause(r, 550, 5, 7, 999, NULL), "policy");
	ck_assert_str_eq(rules_finding(r, "unexpected-221", "full-moon")->why, "{text}");
	ck_assert_str_eq(rules_difference(r, 299, 250)->difference, "one\n\ntwo");
	ck_assert_ptr_nonnull(rules_code(r, 250, "MAIL")); /* still sorted */
	rules_destroy(r);
}
END_TEST

START_TEST(a_local_rule_can_expect_500)
{
	struct faults f;
	struct rules *r = load("commands:\n  XPAT:\n    name: Pat\n    error: [500]\n    source: s\n", &f);

	ck_assert_ptr_nonnull(r);
	ck_assert(rules_expects(r, "XPAT", 500));
	ck_assert(!rules_expects(r, "MAIL", 500));
	rules_destroy(r);
}
END_TEST

START_TEST(two_files_may_not_give_the_same_entry)
{
	struct faults f = { .count = 0 };
	struct rules *rules;
	char dir[32];

	make_directory(dir);
	write_file(dir, "a.yaml", "codes:\n  250:\n    name: one\n");
	write_file(dir, "b.yaml", "\ncodes:\n  250:\n    name: two\n");
	write_file(dir, "c.txt", "not read");
	ck_assert(!rules_load(rules_builtin(), dir, note, &f, &rules));
	ck_assert_uint_eq(f.count, 1);
	ck_assert_msg(strncmp(f.text, "b.yaml:3: code 250 is already given at ", 39) == 0, "%s", f.text);
	ck_assert_ptr_nonnull(strstr(f.text, "/a.yaml:2"));
	remove_file(dir, "a.yaml");
	remove_file(dir, "b.yaml");
	memset(&f, 0, sizeof f);
	ck_assert(!rules_load(rules_builtin(), dir, note, &f, &rules));
	ck_assert_ptr_nonnull(strstr(f.text, "has no rule files; expected names that end in .yaml"));
	remove_file(dir, "c.txt");
	rmdir(dir);
	memset(&f, 0, sizeof f);
	ck_assert(!rules_load(rules_builtin(), dir, note, &f, &rules));
	ck_assert_ptr_nonnull(strstr(f.text, "cannot be read as a directory of rules"));
}
END_TEST

/* Reading any prefix of a rule file is safe. */
START_TEST(every_prefix_of_a_file_is_survived)
{
	static const char text[] =
	    "codes:\n  299:\n    name: n\n" WHOLE "commands:\n  MAIL:\n    success: [250, 299]\n"
	    "findings:\n  unexpected-221:\n    causes:\n      unknown:\n        why: '{text} {idle}'\n";
	char part[sizeof text];

	for (size_t length = 0; length < sizeof text; length++) {
		struct faults f;

		memcpy(part, text, length);
		part[length] = '\0';
		rules_destroy(load(part, &f));
	}
}
END_TEST

START_TEST(broken_bytes_are_told)
{
	struct faults f;

	ck_assert_ptr_null(load("codes:\n  250:\n    name: \"\xff\xfe\"\n", &f));
	ck_assert_ptr_nonnull(strstr(f.text, "a.yaml:0: invalid UTF-8 at byte "));
	ck_assert_ptr_null(load("codes:\n  250:\n    name: \"a\\0b\"\n", &f));
	ck_assert_ptr_nonnull(strstr(f.text, "a.yaml:3: "));
}
END_TEST

/* Loads a directory with the file "a.yaml", made by the caller in |dir|. Returns the fault. */
static const char *fault_of(const char *dir, struct faults *f)
{
	struct rules *rules;

	memset(f, 0, sizeof *f);
	ck_assert(!rules_load(rules_builtin(), dir, note, f, &rules));
	rules_destroy(rules);
	remove_file(dir, "a.yaml");
	return f->text;
}

/* A special file in a directory of rules must not stall the program. */
START_TEST(special_files_are_told)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	char dir[32], path[96];
	struct faults f;

	make_directory(dir);
	snprintf(path, sizeof path, "%s/a.yaml", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_ptr_nonnull(strstr(fault_of(dir, &f), "a.yaml:0: is not a regular file"));
	ck_assert_int_eq(symlink("/dev/zero", path), 0);
	ck_assert_ptr_nonnull(strstr(fault_of(dir, &f), "a.yaml:0: is not a regular file"));
	ck_assert_int_eq(symlink("/dev/tty", path), 0);
	ck_assert_ptr_nonnull(strstr(fault_of(dir, &f), "a.yaml:0: "));
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_ptr_nonnull(strstr(fault_of(dir, &f), "a.yaml:0: cannot be opened"));
	close(listener);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_ptr_nonnull(strstr(fault_of(dir, &f), "a.yaml:0: "));
	rmdir(path);
	rmdir(dir);
}
END_TEST

/* Fills |text| with |count| times |piece| behind |start|. */
static const char *repeat(char *text, size_t size, const char *start, const char *piece, size_t count)
{
	size_t used = (size_t)snprintf(text, size, "%s", start), length = strlen(piece);

	ck_assert_uint_lt(used + count * length, size);
	for (size_t i = 0; i < count; i++, used += length)
		memcpy(text + used, piece, length + 1);
	return text;
}

START_TEST(deep_and_wide_files_are_told)
{
	static char text[4000000];
	static const char *const deep[] = { "[", "{a: ", "- ", "? ", "- [", "a: [" };
	struct faults f;

	for (size_t i = 0; i < sizeof deep / sizeof *deep; i++) {
		ck_assert_ptr_null(load(repeat(text, sizeof text, "", deep[i], 200000), &f));
		ck_assert_uint_eq(f.count, 1);
	}
	ck_assert_ptr_null(load(repeat(text, sizeof text, "codes:\n  250: ", "[", 200000), &f));
	ck_assert_str_eq(f.text, "a.yaml:2: more than 16 mappings and lists within each other\n");
	ck_assert_ptr_null(load(repeat(text, sizeof text, "codes:\n", "  a: 1\n", 200000), &f));
	ck_assert_str_eq(f.text, "a.yaml:4098: a mapping or list with more than 4096 entries\n");
	ck_assert_ptr_null(load(repeat(text, sizeof text, "codes:\n  250:\n", "    a: 1\n", 200000), &f));
	ck_assert_str_eq(f.text, "a.yaml:403: a mapping or list with more than 400 entries\n");
	ck_assert_ptr_null(load(repeat(text, sizeof text, "codes: [", "1,", 200000), &f));
	ck_assert_uint_eq(f.count, 1);
}
END_TEST

START_TEST(faults_are_bounded_in_number_and_length)
{
	static char text[400000], key[100000];
	struct faults f;

	ck_assert_ptr_null(load(repeat(text, sizeof text, "codes:\n", "  a: 1\n", 4000), &f));
	ck_assert_uint_eq(f.count, 201);
	ck_assert_ptr_nonnull(strstr(f.text, "a.yaml:0: more faults, which are not reported\n"));
	memset(key, 'k', sizeof key - 1);
	snprintf(text, sizeof text, "codes:\n  250:\n    ? %s\n    : 1\n    ? %s\n    : 1\n", key, key);
	ck_assert_ptr_null(load(text, &f));
	ck_assert_uint_gt(f.count, 0);
	ck_assert_uint_lt(strlen(f.text), f.count * 600);
}
END_TEST

START_TEST(other_encodings_and_tags_are_told)
{
	static const struct {
		const char *text, *fault;
	} cases[] = {
		{ "codes:\n  250:\n    name: !!str n\n",
		  "a.yaml:3: a tag (!); rule files are written without them\n" },
		{ "codes:\n  250:\n    name: !ruby/object:A n\n", "a.yaml:3: a tag (!)" },
		{ "codes: !!map\n  250:\n    name: n\n", "a.yaml:1: a tag (!)" },
		{ "codes:\n  250: !x [a]\n", "a.yaml:2: a tag (!)" },
		{ "%TAG ! tag:example.org,2000:\n---\ncodes: 1\n", "a.yaml:1: a tag (!)" },
		{ "\xff\xfe"
		  "c\1",
		  "a.yaml:0: invalid UTF-8 at byte 0" },
		{ "\xfe\xff"
		  "\1c",
		  "a.yaml:0: invalid UTF-8 at byte 0" },
	};
	struct faults f;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_ptr_null(load(cases[i].text, &f));
		ck_assert_msg(strstr(f.text, cases[i].fault) == f.text, "%s: %s", cases[i].text, f.text);
	}
	rules_destroy(load("\xef\xbb\xbf"
			   "findings:\n  unexpected-221:\n    causes:\n      unknown:\n        title: Closed\n",
			   &f));
	ck_assert_uint_eq(f.count, 0);
}
END_TEST

SUITE("rules/load", every_fault_is_told_with_its_line, all_faults_are_told_not_only_the_first,
      an_entry_keeps_what_is_not_named, entries_are_added, a_local_rule_can_expect_500,
      two_files_may_not_give_the_same_entry, every_prefix_of_a_file_is_survived, broken_bytes_are_told,
      special_files_are_told, deep_and_wide_files_are_told, faults_are_bounded_in_number_and_length,
      other_encodings_and_tags_are_told)
