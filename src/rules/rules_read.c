/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema of rule files (man/smtpscope-rules.5 describes it for people). One table of fields an entry, and one reader for
 * all of them. An entry that exists already, in the base set, lends the fields that are not named.
 */
#include "rules_fields.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the entry with this key stands, or the table's count. A fault where this directory has given it already. */
typedef bool same_entry(const void *entry, const void *key);

static bool find_place(struct rules_builder *b, enum rules_kind kind, same_entry *same, const void *key,
		       unsigned line, const char *what, size_t *place)
{
	const struct rules_table *t = &b->tables[kind];

	for (*place = 0; *place < t->count; ++*place) {
		if (!same(rules_at(t, *place), key))
			continue;
		if (!t->origins[*place].file)
			return true;
		rules_fault_at(b, line, "%s was given before, at %s:%u", what, t->origins[*place].file,
			       t->origins[*place].line);
		return false;
	}
	return true;
}

/* Takes the next word of |*text| (words are parted by blanks): its length, 0 at the end. */
static size_t next_word(const char **text)
{
	*text += strspn(*text, " ");
	return strcspn(*text, " ");
}

bool rules_is_question(const char *text, size_t length)
{
	static const char *const others[] = { "connect", "end-of-data", "auth-response", "other", "*" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strlen(others[i]) == length && memcmp(text, others[i], length) == 0)
			return true;
	for (size_t i = 0; i < length; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", text[i]))
			return false;
	return length > 0 && length < 32 && text[0] >= 'A' && text[0] <= 'Z';
}

/* A question out of a key that may name several; NULL, and a fault, where it is none. */
static const char *keep_question(struct rules_builder *b, const char *word, size_t length, unsigned line)
{
	if (!rules_is_question(word, length)) {
		rules_fault_at(b, line,
			       "\"%.*s\" is no question; expected a verb in upper case, connect, end-of-data "
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

#define TEXT(type, member, most, required)                                                                   \
	{                                                                                                    \
#member, FIELD_LINE, required, offsetof(type, rule.member), most                             \
	}

static const struct field code_fields[] = {
	TEXT(struct code_reading, name, RULES_NAME_MAX, true),
	TEXT(struct code_reading, meaning, RULES_TEXT_MAX, true),
	TEXT(struct code_reading, when, RULES_TEXT_MAX, true),
	TEXT(struct code_reading, fix, RULES_TEXT_MAX, true),
	TEXT(struct code_reading, source, RULES_TEXT_MAX, true),
	{ "cause", FIELD_WORD, false, offsetof(struct code_reading, rule.cause), RULES_NAME_MAX },
	{ "answers", FIELD_NODE, false, offsetof(struct code_reading, answers), 0 },
};

/* Entries for a question are as the general ones, without "answers". */
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
	if (!find_place(b, RULES_CODES, same_code, &reading.rule, line_of(key), what, &place))
		return;
	if (place < b->tables[RULES_CODES].count)
		reading.rule = *(const struct rule_code *)rules_at(&b->tables[RULES_CODES], place);
	LEND(&reading.rule, general, name);
	LEND(&reading.rule, general, meaning);
	LEND(&reading.rule, general, when);
	LEND(&reading.rule, general, fix);
	LEND(&reading.rule, general, source);
	LEND(&reading.rule, general, cause);
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

static void read_code(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct code_reading reading = { .rule.code = rules_code_of(text_of(key), key->data.scalar.length) };
	char what[32];
	size_t place;

	if (!reading.rule.code) {
		rules_fault_at(b, line_of(key), "\"%.20s\" is no reply code; expected 200 to 599",
			       text_of(key));
		return;
	}
	snprintf(what, sizeof what, "code %u", reading.rule.code);
	if (!find_place(b, RULES_CODES, same_code, &reading.rule, line_of(key), what, &place))
		return;
	if (place < b->tables[RULES_CODES].count)
		reading.rule = *(const struct rule_code *)rules_at(&b->tables[RULES_CODES], place);
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
	if (!find_place(b, RULES_ENHANCED, same_enhanced, &reading.rule, line_of(key), what, &place))
		return;
	if (place < b->tables[RULES_ENHANCED].count)
		reading.rule = *(const struct rule_enhanced *)rules_at(&b->tables[RULES_ENHANCED], place);
	rules_read_entry(b, value, enhanced_fields, ENHANCED_FIELDS - 1, &reading, what);
	rules_put(b, RULES_ENHANCED, place, &reading.rule, line_of(key));
}

static void read_enhanced(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct enhanced_reading reading = { .answers = NULL };
	char what[64];
	size_t place;

	if (!rules_enhanced_of(text_of(key), &reading.rule)) {
		rules_fault_at(b, line_of(key),
			       "\"%.20s\" is no enhanced code; expected such as X.1.1, 5.7.1, or X.1 for a "
			       "whole subject",
			       text_of(key));
		return;
	}
	snprintf(what, sizeof what, "enhanced code %.20s", text_of(key));
	if (!find_place(b, RULES_ENHANCED, same_enhanced, &reading.rule, line_of(key), what, &place))
		return;
	if (place < b->tables[RULES_ENHANCED].count)
		reading.rule = *(const struct rule_enhanced *)rules_at(&b->tables[RULES_ENHANCED], place);
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

static void read_command(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
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
		if (!find_place(b, RULES_COMMANDS, same_command, &reading.rule, line_of(key), what, &place))
			continue;
		if (place < b->tables[RULES_COMMANDS].count)
			reading.rule =
			    *(const struct rule_command *)rules_at(&b->tables[RULES_COMMANDS], place);
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

/* ---- findings ---- */

struct finding_reading {
	struct rule_finding rule;
};

static const struct field finding_fields[] = {
	{ "severity", FIELD_SEVERITY, false, offsetof(struct finding_reading, rule.severity), 0 },
	TEXT(struct finding_reading, title, RULES_TITLE_MAX, true),
	{ "why", FIELD_WITH_PLACEHOLDERS, true, offsetof(struct finding_reading, rule.why), RULES_TEXT_MAX },
	TEXT(struct finding_reading, fix, RULES_TEXT_MAX, true),
	TEXT(struct finding_reading, reference, RULES_TEXT_MAX, true),
	{ "responsible", FIELD_RESPONSIBLE, false, offsetof(struct finding_reading, rule.responsible), 0 },
	{ "retry", FIELD_RETRY, false, offsetof(struct finding_reading, rule.retry), 0 },
};

/* What stands beside the causes counts for those that do not say it themselves. */
struct finding_common {
	struct rule_finding rule;
	yaml_node_t *causes;
};

static const struct field common_fields[] = {
	{ "severity", FIELD_SEVERITY, false, offsetof(struct finding_common, rule.severity), 0 },
	TEXT(struct finding_common, reference, RULES_TEXT_MAX, false),
	{ "causes", FIELD_NODE, true, offsetof(struct finding_common, causes), 0 },
};

static bool same_finding(const void *entry, const void *key)
{
	const struct rule_finding *a = entry, *b = key;

	return strcmp(a->id, b->id) == 0 && strcmp(a->cause, b->cause) == 0;
}

static const char *keep_word(struct rules_builder *b, const yaml_node_t *key, const char *what)
{
	if (!rules_is_word(text_of(key)) || key->data.scalar.length > RULES_NAME_MAX) {
		rules_fault_at(b, line_of(key),
			       "\"%.40s\" is no name of a %s; expected lower case letters, digits and hyphens",
			       text_of(key), what);
		return NULL;
	}
	return rules_keep_text(b, text_of(key), key->data.scalar.length);
}

static void read_cause(struct rules_builder *b, const struct finding_common *common, const yaml_node_t *key,
		       const yaml_node_t *value)
{
	struct finding_reading reading = { .rule = common->rule };
	char what[160];
	size_t place;

	reading.rule.cause = keep_word(b, key, "cause");
	if (!reading.rule.cause)
		return;
	snprintf(what, sizeof what, "finding %s, cause %s", reading.rule.id, reading.rule.cause);
	if (!find_place(b, RULES_FINDINGS, same_finding, &reading.rule, line_of(key), what, &place))
		return;
	if (place < b->tables[RULES_FINDINGS].count)
		reading.rule = *(const struct rule_finding *)rules_at(&b->tables[RULES_FINDINGS], place);
	rules_read_entry(b, value, finding_fields, sizeof finding_fields / sizeof *finding_fields, &reading,
			 what);
	rules_put(b, RULES_FINDINGS, place, &reading.rule, line_of(key));
}

static void read_finding(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct finding_common common = { .rule.severity = SEVERITY_WARNING };
	char what[96];

	common.rule.id = keep_word(b, key, "finding");
	if (!common.rule.id)
		return;
	snprintf(what, sizeof what, "finding %s", common.rule.id);
	rules_read_entry(b, value, common_fields, sizeof common_fields / sizeof *common_fields, &common, what);
	if (!common.causes || !rules_is_mapping(b, common.causes, "\"causes\""))
		return;
	for (yaml_node_pair_t *p = common.causes->data.mapping.pairs.start;
	     p < common.causes->data.mapping.pairs.top; p++)
		if (rules_key_fine(b, common.causes, p))
			read_cause(b, &common, node_at(b, p->key), node_at(b, p->value));
}

/* ---- explanations ---- */

struct explanation_reading {
	struct rule_explanation rule;
};

static const struct field explanation_fields[] = {
	TEXT(struct explanation_reading, explains, RULES_TEXT_MAX, false),
	TEXT(struct explanation_reading, outcomes, RULES_TEXT_MAX, false),
	TEXT(struct explanation_reading, lasting, RULES_NAME_MAX, false),
	{ "healed-by", FIELD_WORD, false, offsetof(struct explanation_reading, rule.healed_by), RULES_NAME_MAX },
	{ "responsible", FIELD_WORD, false, offsetof(struct explanation_reading, rule.responsible),
	  RULES_NAME_MAX },
	{ "retry", FIELD_WORD, false, offsetof(struct explanation_reading, rule.retry), RULES_NAME_MAX },
};

static bool same_explanation(const void *entry, const void *key)
{
	const struct rule_explanation *a = entry, *b = key;

	return strcmp(a->finding, b->finding) == 0;
}

static void read_explanation(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct explanation_reading reading = { .rule.explains = NULL };
	char what[160];
	size_t place;

	reading.rule.finding = rules_keep_text(b, text_of(key), key->data.scalar.length);
	if (!reading.rule.finding)
		return;
	snprintf(what, sizeof what, "explanation %.120s", reading.rule.finding);
	if (!find_place(b, RULES_EXPLANATIONS, same_explanation, &reading.rule, line_of(key), what, &place))
		return;
	if (place < b->tables[RULES_EXPLANATIONS].count)
		reading.rule =
		    *(const struct rule_explanation *)rules_at(&b->tables[RULES_EXPLANATIONS], place);
	rules_read_entry(b, value, explanation_fields, sizeof explanation_fields / sizeof *explanation_fields,
			 &reading, what);
	rules_put(b, RULES_EXPLANATIONS, place, &reading.rule, line_of(key));
}

/* ---- differences ---- */

struct difference_reading {
	struct rule_difference rule;
};

static const struct field difference_fields[] = {
	{ "difference", FIELD_PARAGRAPHS, true, offsetof(struct difference_reading, rule.difference),
	  RULES_PARAGRAPHS_MAX },
	{ "belongs", FIELD_PARAGRAPHS, true, offsetof(struct difference_reading, rule.belongs),
	  RULES_PARAGRAPHS_MAX },
	TEXT(struct difference_reading, source, RULES_TEXT_MAX, true),
};

static bool same_difference(const void *entry, const void *key)
{
	const struct rule_difference *a = entry, *b = key;

	return a->a == b->a && a->b == b->b;
}

static void read_difference(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct difference_reading reading = { .rule.difference = NULL };
	const char *text = text_of(key);
	char what[32];
	size_t place;

	if (key->data.scalar.length == 7 && text[3] == ' ') {
		reading.rule.a = rules_code_of(text, 3);
		reading.rule.b = rules_code_of(text + 4, 3);
	}
	if (!reading.rule.a || !reading.rule.b || reading.rule.a >= reading.rule.b) {
		rules_fault_at(b, line_of(key),
			       "\"%.20s\" is no pair; expected two reply codes, the lower first: 220 221",
			       text);
		return;
	}
	snprintf(what, sizeof what, "pair %u %u", reading.rule.a, reading.rule.b);
	if (!find_place(b, RULES_DIFFERENCES, same_difference, &reading.rule, line_of(key), what, &place))
		return;
	if (place < b->tables[RULES_DIFFERENCES].count)
		reading.rule = *(const struct rule_difference *)rules_at(&b->tables[RULES_DIFFERENCES], place);
	rules_read_entry(b, value, difference_fields, sizeof difference_fields / sizeof *difference_fields,
			 &reading, what);
	rules_put(b, RULES_DIFFERENCES, place, &reading.rule, line_of(key));
}

/* ---- the whole file ---- */

struct section {
	const char *key;
	void (*read)(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);
};

static const struct section sections[] = {
	{ "codes", read_code },
	{ "enhanced", read_enhanced },
	{ "commands", read_command },
	{ "findings", read_finding },
	{ "explanations", read_explanation },
	{ "differences", read_difference },
	{ "texts", rules_read_text },
	{ "phrases", rules_read_phrase },
};

static void read_section(struct rules_builder *b, const struct section *section, const yaml_node_t *node)
{
	char what[32];

	snprintf(what, sizeof what, "\"%s\"", section->key);
	if (!rules_is_mapping(b, node, what))
		return;
	for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++)
		if (rules_key_fine(b, node, p))
			section->read(b, node_at(b, p->key), node_at(b, p->value));
}

void rules_read_document(struct rules_builder *b)
{
	const yaml_node_t *root = yaml_document_get_root_node(b->document);

	if (!root || !rules_is_mapping(b, root, "the file"))
		return;
	for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = node_at(b, p->key);
		size_t i = 0, count = sizeof sections / sizeof *sections;

		if (!rules_key_fine(b, root, p))
			continue;
		while (i < count && !rules_same_key(key, sections[i].key))
			i++;
		if (i < count)
			read_section(b, &sections[i], node_at(b, p->value));
		else
			rules_fault_at(b, line_of(key),
				       "a rule file has no key \"%.40s\"; expected codes, enhanced, "
				       "commands, findings, explanations, differences, texts or phrases",
				       text_of(key));
	}
}
