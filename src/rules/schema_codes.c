/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema of codes, enhanced codes and commands. An entry that the base set has lends the fields that a file does not name, and the
 * general entry of a code lends them to those under "answers".
 */
#include "schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the next word of |*text| (words are separated by blanks). Returns its length, 0 at the end. */
static size_t next_word(const char **text)
{
	*text += strspn(*text, " ");
	return strcspn(*text, " ");
}

/* Keeps one question of a key that may name several. Returns NULL, after a fault, if |word| is not a question. */
static const char *keep_question(struct rules_builder *b, const char *word, size_t length, unsigned line)
{
	if (!rules_is_question(word, length)) {
		rules_fault_at(b, line,
			       "\"%.*s\" is not a question; expected a verb in upper case, connect, end-of-data "
			       "or auth-response",
			       (int)(length < 40 ? length : 40), word);
		return NULL;
	}
	return rules_keep_text(b, word, length);
}

/* ---- codes ---- */

struct code_reading {
	struct rule_code rule;
	yaml_node_t *answers;
};

static const struct field code_fields[] = {
	TEXT(struct code_reading, name, RULES_NAME_MAX, true),
	TEXT(struct code_reading, meaning, RULES_TEXT_MAX, true),
	TEXT(struct code_reading, when, RULES_TEXT_MAX, true),
	TEXT(struct code_reading, fix, RULES_TEXT_MAX, true),
	TEXT(struct code_reading, source, RULES_TEXT_MAX, true),
	{ "cause", FIELD_WORD, false, offsetof(struct code_reading, rule.cause), RULES_NAME_MAX },
	TEXT(struct code_reading, standard, RULES_TEXT_MAX, false),
	{ "answers", FIELD_NODE, false, offsetof(struct code_reading, answers), 0 },
};

/* Entries for a question have the fields of general ones except "answers". */
enum { CODE_FIELDS = sizeof code_fields / sizeof *code_fields };

static bool same_code(const void *entry, const void *key)
{
	const struct rule_code *a = entry, *b = key;

	return a->code == b->code && (a->question && b->question ? strcmp(a->question, b->question) == 0
								 : a->question == b->question);
}

#define LEND(to, from, member) ((to)->member = (to)->member ? (to)->member : (from)->member)

static void read_code_answer(struct rules_builder *b, const struct rule_code *general, const char *question,
			     const yaml_node_t *key, const yaml_node_t *value)
{
	struct code_reading reading = { .rule = { .code = general->code, .question = question } };
	char what[64];
	size_t place;

	snprintf(what, sizeof what, "code %u after %.32s", general->code, question);
	if (!rules_lend(b, RULES_CODES, same_code, &reading.rule, line_of(key), what, &place))
		return;
	LEND(&reading.rule, general, name);
	LEND(&reading.rule, general, meaning);
	LEND(&reading.rule, general, when);
	LEND(&reading.rule, general, fix);
	LEND(&reading.rule, general, source);
	LEND(&reading.rule, general, cause);
	LEND(&reading.rule, general, standard);
	rules_read_entry(b, value, code_fields, CODE_FIELDS - 1, &reading, what);
	rules_put(b, RULES_CODES, place, &reading.rule, line_of(key));
}

/* Calls |read| for each question of each key of |answers|. */
typedef void read_answer(struct rules_builder *b, const void *general, const char *question,
			 const yaml_node_t *key, const yaml_node_t *value);

static void read_answers(struct rules_builder *b, const yaml_node_t *answers, read_answer *read,
			 const void *general)
{
	if (!answers || !rules_is_mapping(b, answers, "\"answers\""))
		return;
	for (yaml_node_pair_t *p = answers->data.mapping.pairs.start; p < answers->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = node_at(b, p->key);
		const char *word;
		size_t length;

		if (!rules_key_fine(b, answers, p))
			continue;
		word = text_of(key);
		for (length = next_word(&word); length; word += length, length = next_word(&word)) {
			const char *question = keep_question(b, word, length, line_of(key));

			if (question)
				read(b, general, question, key, node_at(b, p->value));
		}
	}
}

static void code_answer(struct rules_builder *b, const void *general, const char *question,
			const yaml_node_t *key, const yaml_node_t *value)
{
	read_code_answer(b, general, question, key, value);
}

void schema_code(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct code_reading reading = { .rule.code = rules_code_of(text_of(key), key->data.scalar.length) };
	char what[32];
	size_t place;

	if (!reading.rule.code) {
		rules_fault_at(b, line_of(key), "\"%.20s\" is not a reply code; expected 200 to 599",
			       text_of(key));
		return;
	}
	snprintf(what, sizeof what, "code %u", reading.rule.code);
	if (!rules_lend(b, RULES_CODES, same_code, &reading.rule, line_of(key), what, &place))
		return;
	rules_read_entry(b, value, code_fields, CODE_FIELDS, &reading, what);
	if (rules_put(b, RULES_CODES, place, &reading.rule, line_of(key)))
		read_answers(b, reading.answers, code_answer, &reading.rule);
}

/* ---- enhanced codes ---- */

struct enhanced_reading {
	struct rule_enhanced rule;
	yaml_node_t *answers;
};

static const struct field enhanced_fields[] = {
	TEXT(struct enhanced_reading, name, RULES_NAME_MAX, true),
	TEXT(struct enhanced_reading, meaning, RULES_TEXT_MAX, true),
	TEXT(struct enhanced_reading, when, RULES_TEXT_MAX, true),
	TEXT(struct enhanced_reading, fix, RULES_TEXT_MAX, true),
	TEXT(struct enhanced_reading, source, RULES_TEXT_MAX, true),
	{ "cause", FIELD_WORD, false, offsetof(struct enhanced_reading, rule.cause), RULES_NAME_MAX },
	{ "answers", FIELD_NODE, false, offsetof(struct enhanced_reading, answers), 0 },
};
enum { ENHANCED_FIELDS = sizeof enhanced_fields / sizeof *enhanced_fields };

static bool same_enhanced(const void *entry, const void *key)
{
	const struct rule_enhanced *a = entry, *b = key;

	return a->class == b->class && a->subject == b->subject && a->detail == b->detail &&
	       (a->question && b->question ? strcmp(a->question, b->question) == 0
					   : a->question == b->question);
}

static void read_enhanced_answer(struct rules_builder *b, const void *of, const char *question,
				 const yaml_node_t *key, const yaml_node_t *value)
{
	const struct rule_enhanced *general = of;
	struct enhanced_reading reading = { .rule = *general };
	char what[64];
	size_t place;

	snprintf(what, sizeof what, "the enhanced code after %.32s", question);
	reading.rule.question = question;
	if (!rules_lend(b, RULES_ENHANCED, same_enhanced, &reading.rule, line_of(key), what, &place))
		return;
	rules_read_entry(b, value, enhanced_fields, ENHANCED_FIELDS - 1, &reading, what);
	rules_put(b, RULES_ENHANCED, place, &reading.rule, line_of(key));
}

void schema_enhanced(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct enhanced_reading reading = { .answers = NULL };
	char what[64];
	size_t place;

	if (!rules_enhanced_of(text_of(key), &reading.rule)) {
		rules_fault_at(
		    b, line_of(key),
		    "\"%.20s\" is not an enhanced code; expected, for example, X.1.1, 5.7.1, or X.1 for a "
		    "whole subject",
		    text_of(key));
		return;
	}
	snprintf(what, sizeof what, "enhanced code %.20s", text_of(key));
	if (!rules_lend(b, RULES_ENHANCED, same_enhanced, &reading.rule, line_of(key), what, &place))
		return;
	rules_read_entry(b, value, enhanced_fields, ENHANCED_FIELDS, &reading, what);
	if (rules_put(b, RULES_ENHANCED, place, &reading.rule, line_of(key)))
		read_answers(b, reading.answers, read_enhanced_answer, &reading.rule);
}

/* ---- commands ---- */

struct command_reading {
	struct rule_command rule;
};

static const struct field command_fields[] = {
	TEXT(struct command_reading, name, RULES_NAME_MAX, true),
	{ "success", FIELD_CODES, false, offsetof(struct command_reading, rule.success), 0 },
	{ "intermediate", FIELD_CODES, false, offsetof(struct command_reading, rule.intermediate), 0 },
	{ "error", FIELD_CODES, false, offsetof(struct command_reading, rule.error), 0 },
	TEXT(struct command_reading, source, RULES_TEXT_MAX, true),
};

static bool same_command(const void *entry, const void *key)
{
	return strcmp(((const struct rule_command *)entry)->question,
		      ((const struct rule_command *)key)->question) == 0;
}

static void check_digit(struct rules_builder *b, const unsigned *codes, unsigned least, unsigned most,
			const char *list, const char *what, unsigned line)
{
	for (; *codes; codes++)
		if (*codes < least || *codes > most)
			rules_fault_at(b, line, "%s lists %u as \"%s\"; expected codes from %u to %u there",
				       what, *codes, list, least, most);
}

void schema_command(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	static const unsigned nothing[] = { 0 };
	const char *word = text_of(key);
	size_t length;

	for (length = next_word(&word); length; word += length, length = next_word(&word)) {
		struct command_reading reading = { .rule.question =
						       keep_question(b, word, length, line_of(key)) };
		char what[64];
		size_t place;

		if (!reading.rule.question)
			continue;
		snprintf(what, sizeof what, "command %.32s", reading.rule.question);
		if (!rules_lend(b, RULES_COMMANDS, same_command, &reading.rule, line_of(key), what, &place))
			continue;
		rules_read_entry(b, value, command_fields, sizeof command_fields / sizeof *command_fields,
				 &reading, what);
		reading.rule.success = reading.rule.success ? reading.rule.success : nothing;
		reading.rule.intermediate = reading.rule.intermediate ? reading.rule.intermediate : nothing;
		reading.rule.error = reading.rule.error ? reading.rule.error : nothing;
		check_digit(b, reading.rule.success, 200, 299, "success", what, line_of(value));
		check_digit(b, reading.rule.intermediate, 300, 399, "intermediate", what, line_of(value));
		check_digit(b, reading.rule.error, 400, 599, "error", what, line_of(value));
		rules_put(b, RULES_COMMANDS, place, &reading.rule, line_of(key));
	}
}
