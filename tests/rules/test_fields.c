/* SPDX-License-Identifier: BSD-2-Clause */
/* The forms of values: questions, codes, names; and what a table of fields makes of a mapping. */
#include "fields.h"
#include "harness.h"
#include <stdio.h>

static bool question(const char *text)
{
	return rules_is_question(text, strlen(text));
}

START_TEST(questions)
{
	ck_assert(question("MAIL"));
	ck_assert(question("X-TEST2"));
	ck_assert(question("connect"));
	ck_assert(question("end-of-data"));
	ck_assert(question("*"));
	ck_assert(!question(""));
	ck_assert(!question("mail"));
	ck_assert(!question("connec"));
	ck_assert(!question("2MAIL"));
	ck_assert(!question("MA IL"));
	ck_assert(question("ABCDEFGHIJABCDEFGHIJABCDEFGHIJA"));
	ck_assert(!question("ABCDEFGHIJABCDEFGHIJABCDEFGHIJAB")); /* 32 letters */
}
END_TEST

START_TEST(codes)
{
	ck_assert_uint_eq(rules_code_of("200", 3), 200);
	ck_assert_uint_eq(rules_code_of("599", 3), 599);
	ck_assert_uint_eq(rules_code_of("550 no", 3), 550);
	ck_assert_uint_eq(rules_code_of("199", 3), 0);
	ck_assert_uint_eq(rules_code_of("600", 3), 0);
	ck_assert_uint_eq(rules_code_of("55", 2), 0);
	ck_assert_uint_eq(rules_code_of("5500", 4), 0);
	ck_assert_uint_eq(rules_code_of("5x0", 3), 0);
}
END_TEST

START_TEST(words)
{
	ck_assert(rules_is_word("idle-timeout"));
	ck_assert(rules_is_word("a2"));
	ck_assert(!rules_is_word(""));
	ck_assert(!rules_is_word("-a"));
	ck_assert(!rules_is_word("a-"));
	ck_assert(!rules_is_word("A"));
	ck_assert(!rules_is_word("a b"));
}
END_TEST

START_TEST(enhanced_codes)
{
	struct rule_enhanced e = { .class = 9 };

	ck_assert(rules_enhanced_of("5.7.1", &e));
	ck_assert(e.class == 5 && e.subject == 7 && e.detail == 1);
	ck_assert(rules_enhanced_of("X.1", &e));
	ck_assert(e.class == 0 && e.subject == 1 && e.detail == RULE_ANY_DETAIL);
	ck_assert(!rules_enhanced_of("3.1.1", &e));
	ck_assert(!rules_enhanced_of("5.7.1.1", &e));
	ck_assert(!rules_enhanced_of("5.7.", &e));
	ck_assert(!rules_enhanced_of("5.01.1", &e));
	ck_assert(!rules_enhanced_of("", &e));
}
END_TEST

/* ---- a table of fields ---- */

struct entry {
	const char *line, *word;
	const unsigned *codes;
	const char *const *texts;
	yaml_node_t *node;
};

static const struct field fields[] = {
	{ "line", FIELD_LINE, true, offsetof(struct entry, line), 10 },
	{ "word", FIELD_WORD, false, offsetof(struct entry, word), 10 },
	{ "codes", FIELD_CODES, false, offsetof(struct entry, codes), 0 },
	{ "texts", FIELD_TEXTS, false, offsetof(struct entry, texts), 5 },
	{ "node", FIELD_NODE, false, offsetof(struct entry, node), 0 },
};

static void note(void *context, const char *file, unsigned line, const char *text)
{
	char *faults = context;
	size_t used = strlen(faults);

	(void)file;
	snprintf(faults + used, 1000 - used, "%u: %s\n", line, text);
}

/* Reads |yaml|, a mapping, into |entry|, and checks that the faults are |expected|. */
static void check_reading(const char *yaml, struct entry *entry, const char *expected)
{
	char faults[1000] = "";
	struct rules_builder b = { .fault = note, .context = faults, .file = "a.yaml" };
	yaml_parser_t parser;
	yaml_document_t document;

	ck_assert(yaml_parser_initialize(&parser));
	yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, strlen(yaml));
	ck_assert(yaml_parser_load(&parser, &document));
	b.document = &document;
	rules_read_entry(&b, yaml_document_get_root_node(&document), fields, sizeof fields / sizeof *fields,
			 entry, "it");
	ck_assert_str_eq(faults, expected);
	if (!*expected && entry->codes)
		ck_assert(entry->codes[0] == 250 && entry->codes[1] == 251 && entry->codes[2] == 0);
	if (!*expected && entry->texts) {
		ck_assert_str_eq(entry->texts[0], "one");
		ck_assert_str_eq(entry->texts[1], "two");
		ck_assert_ptr_null(entry->texts[2]);
	}
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	builder_finish(&b);
}

START_TEST(values_are_stored_where_the_table_says)
{
	struct entry entry = { .line = NULL };

	check_reading("line: a\nword: b-c\ncodes: [250, 251]\ntexts: [one, two]\nnode: {x: y}\n", &entry, "");
	ck_assert_ptr_nonnull(entry.codes);
	ck_assert_ptr_nonnull(entry.texts);
	ck_assert_ptr_nonnull(entry.node);
}
END_TEST

START_TEST(a_required_field_may_be_lent)
{
	struct entry entry = { .line = "lent" };

	check_reading("word: b\n", &entry, "");
	ck_assert_str_eq(entry.line, "lent");
	entry.line = NULL;
	check_reading("word: b\n", &entry, "1: it has no \"line\"\n");
}
END_TEST

/* The text of exactly |most| bytes is allowed, one byte more is not. */
START_TEST(texts_are_bounded)
{
	struct entry entry = { .line = NULL };

	check_reading("line: 0123456789\n", &entry, "");
	check_reading("line: 0123456789a\n", &entry, "1: \"line\" has 11 bytes; it may have 10\n");
	check_reading("line: a\ntexts: [one, two]\n", &entry, "");
	check_reading("line: a\ntexts: [12345, 123456]\n", &entry,
		      "2: \"texts\" holds a text of 6 bytes; expected 1 to 5, without NUL\n");
}
END_TEST

START_TEST(faults_of_values_are_not_missing_fields)
{
	struct entry entry = { .line = NULL };

	check_reading("line: [a]\n", &entry, "1: \"line\" is a list; expected text\n");
	entry.line = NULL;
	check_reading("line: a\nword: B\n", &entry,
		      "2: \"word\" is \"B\"; expected a name of lower case letters, digits and hyphens\n");
	check_reading("line: a\ncolour: red\n", &entry,
		      "2: it has no key \"colour\"; expected line, word, codes, texts, node\n");
	check_reading("- a\n", &entry, "1: it is a list; expected a mapping (key: value)\n");
}
END_TEST

SUITE("rules/fields", questions, codes, words, enhanced_codes, values_are_stored_where_the_table_says,
      a_required_field_may_be_lent, texts_are_bounded, faults_of_values_are_not_missing_fields)
