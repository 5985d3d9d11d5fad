/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema of rules for texts. A faulty rule is reported and left out; the others are still used. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "pattern_words.h"
#include "reply_text.h"
#include "schema.h"
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text_reading {
	struct rule_text rule;
	const char *detail, *meaning; /* as written; NULL if absent */
	yaml_node_t *level, *rank, *certainty, *codes, *enhanced, *answers, *patterns, *also, *unless, *marks,
	    *hit, *miss;
};

#define NODE(key)                                                                                            \
	{                                                                                                    \
#key, FIELD_NODE, false, offsetof(struct text_reading, key), 0                               \
	}
#define LINE(key, required)                                                                                  \
	{                                                                                                    \
#key, FIELD_LINE, required, offsetof(struct text_reading, rule.key), RULES_TEXT_MAX          \
	}

static const struct field text_fields[] = {
	NODE(level),
	NODE(rank),
	NODE(certainty),
	NODE(codes),
	NODE(enhanced),
	NODE(answers),
	NODE(patterns),
	NODE(also),
	NODE(unless),
	NODE(marks),
	{ "cause", FIELD_WORD, true, offsetof(struct text_reading, rule.cause), RULES_NAME_MAX },
	{ "detail", FIELD_LINE, false, offsetof(struct text_reading, detail), RULES_TEXT_MAX },
	{ "meaning", FIELD_LINE, false, offsetof(struct text_reading, meaning), RULES_TEXT_MAX },
	LINE(fix, false),
	LINE(url, false),
	{ "responsible", FIELD_RESPONSIBLE, false, offsetof(struct text_reading, rule.responsible), 0 },
	{ "retry", FIELD_RETRY, false, offsetof(struct text_reading, rule.retry), 0 },
	NODE(hit),
	NODE(miss),
};

static const char *scalar(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE ? text_of(node) : "";
}

/* The index of |node|'s word in |names|. Returns 0, after a fault, if it is none of them. */
static unsigned read_name(struct rules_builder *b, const yaml_node_t *node, const char *key,
			  const char *const *names, const char *expected)
{
	for (unsigned i = 0; names[i]; i++)
		if (strcmp(scalar(node), names[i]) == 0)
			return i;
	rules_fault_at(b, line_of(node), "\"%s\" is \"%.20s\"; expected %s", key, scalar(node), expected);
	return 0;
}

static unsigned read_rank(struct rules_builder *b, const yaml_node_t *node)
{
	const char *text = scalar(node);
	size_t digits = strspn(text, "0123456789");
	unsigned rank = digits && digits < 3 && !text[digits] ? (unsigned)strtoul(text, NULL, 10) : 0;

	if (!rank)
		rules_fault_at(b, line_of(node), "\"rank\" is \"%.20s\"; expected a number from 1 to 99", text);
	return rank;
}

/* The number of items of a list; a text alone is a list of one. Returns 0, after a fault, if |node| is neither or too long. */
static size_t item_count(struct rules_builder *b, const yaml_node_t *node, const char *key)
{
	size_t count = 1;

	if (node->type == YAML_SEQUENCE_NODE)
		count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	else if (node->type != YAML_SCALAR_NODE)
		count = 0;
	if (count == 0 || count > RULES_LIST_MAX) {
		rules_fault_at(b, line_of(node), "\"%s\" has %zu entries; expected 1 to %d, as a list", key,
			       count, RULES_LIST_MAX);
		return 0;
	}
	return count;
}

static const yaml_node_t *item_at(const struct rules_builder *b, const yaml_node_t *node, size_t index)
{
	return node->type == YAML_SEQUENCE_NODE ? node_at(b, node->data.sequence.items.start[index]) : node;
}

static const unsigned *read_codes(struct rules_builder *b, const yaml_node_t *node)
{
	size_t count = node ? item_count(b, node, "codes") : 0;
	unsigned *codes = rules_keep(b, (count + 1) * sizeof *codes);

	for (size_t i = 0; codes && i < count; i++) {
		const yaml_node_t *item = item_at(b, node, i);
		const char *text = scalar(item);

		if (strcmp(text, "4") == 0 || strcmp(text, "5") == 0)
			codes[i] = (unsigned)(text[0] - '0');
		else
			codes[i] = rules_code_of(text, strlen(text));
		if (codes[i] >= 200 && codes[i] < 400)
			rules_fault_at(
			    b, line_of(item),
			    "\"codes\" holds %u, which is not a refusal, so the rule would never match",
			    codes[i]);
		if (codes[i])
			continue;
		rules_fault_at(b, line_of(item),
			       "\"codes\" holds \"%.20s\"; expected 400 to 599, or 4 or 5 for all codes of "
			       "that class",
			       text);
		codes[i] = 4;
	}
	return codes;
}

/* "5.7.30", "X.7.30", or "X.7" for a whole subject. */
static const unsigned *read_enhanced(struct rules_builder *b, const yaml_node_t *node)
{
	size_t count = node ? item_count(b, node, "enhanced") : 0;
	unsigned *keys = rules_keep(b, (count + 1) * sizeof *keys);

	for (size_t i = 0; keys && i < count; i++) {
		const yaml_node_t *item = item_at(b, node, i);
		struct rule_enhanced code = { 0 };

		if (!rules_enhanced_of(scalar(item), &code))
			rules_fault_at(b, line_of(item),
				       "\"enhanced\" holds \"%.20s\"; expected such as 5.7.1, X.1.1, or X.1 "
				       "for a whole subject",
				       scalar(item));
		keys[i] = rule_enhanced_key(code.class, code.subject, code.detail);
	}
	return keys;
}

/* Words separated by blanks, each a question. */
static const char *const *read_questions(struct rules_builder *b, const yaml_node_t *node)
{
	const char *text = node ? scalar(node) : "";
	const char **questions = rules_keep(b, (strlen(text) / 2 + 2) * sizeof *questions);
	size_t count = 0, length;

	if (node && !*text)
		rules_fault_at(b, line_of(node),
			       "\"answers\" names nothing; expected questions such as RCPT end-of-data");
	for (; questions && *(text += strspn(text, " ")); text += length) {
		length = strcspn(text, " ");
		if (!rules_is_question(text, length))
			rules_fault_at(b, line_of(node),
				       "\"answers\" holds \"%.*s\"; expected a verb in upper case, connect, "
				       "end-of-data or "
				       "auth-response",
				       (int)(length < 40 ? length : 40), text);
		questions[count++] = rules_keep_text(b, text, length);
	}
	return questions;
}

/* |found_by|: the rule is found by the necessary words of this pattern. */
static void check_pattern(struct rules_builder *b, const yaml_node_t *item, const char *pattern, bool found_by)
{
	struct pattern_words words;
	char folded[2 * RULES_PATTERN_MAX];
	int error;
	PCRE2_SIZE offset;
	PCRE2_UCHAR why[120];
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, TEXT_PATTERN_OPTIONS,
					 &error, &offset, NULL);

	if (!code) {
		pcre2_get_error_message(error, why, sizeof why);
		rules_fault_at(b, line_of(item), "pattern \"%.60s\" fails at its character %zu: %s", pattern,
			       (size_t)offset + 1, (const char *)why);
		return;
	}
	pcre2_code_free(code);
	if (found_by && !pattern_words_find(&words, pattern))
		rules_fault_at(
		    b, line_of(item),
		    "pattern \"%.60s\" requires no word of three letters, so it would be tried on every reply",
		    pattern);
	if (reply_text_fold(span_text(pattern), folded, sizeof folded) != strlen(pattern) ||
	    memcmp(folded, pattern, strlen(pattern)) != 0)
		rules_fault_at(b, line_of(item),
			       "pattern \"%.60s\" holds letters with accents or in wide form, but texts are "
			       "folded before they are matched",
			       pattern);
}

enum list_of { LIST_OF_EXAMPLES, LIST_OF_PATTERNS, LIST_OF_CONDITIONS };

/* Reads a list of texts of at most |most| bytes. Compiles patterns to check them. */
static const char *const *read_list(struct rules_builder *b, const yaml_node_t *node, const char *key,
				    size_t most, enum list_of of)
{
	size_t count = node ? item_count(b, node, key) : 0;
	const char **list = rules_keep(b, (count + 1) * sizeof *list);

	for (size_t i = 0; list && i < count; i++) {
		const yaml_node_t *item = item_at(b, node, i);
		const char *text = scalar(item);

		if (!*text || strlen(text) > most)
			rules_fault_at(b, line_of(item), "\"%s\" holds a text of %zu bytes; expected 1 to %zu",
				       key, strlen(text), most);
		else if (of != LIST_OF_EXAMPLES)
			check_pattern(b, item, text, of == LIST_OF_PATTERNS);
		list[i] = rules_keep_text(b, text, strlen(text));
		if (!list[i])
			return NULL;
	}
	return list;
}

/* An example is a reply of one or more lines, each of which begins with its code. */
static void check_examples(struct rules_builder *b, const yaml_node_t *node, const char *const *list)
{
	for (size_t i = 0; list && list[i]; i++)
		if (rules_code_of(list[i], strcspn(list[i], " -")) < 400)
			rules_fault_at(b, line_of(item_at(b, node, i)),
				       "example \"%.40s\" does not begin with a code from 400 to 599", list[i]);
}

/* The name of the file without its directory and extension. */
static const char *family_of(struct rules_builder *b)
{
	const char *slash = strrchr(b->file, '/'), *name = slash ? slash + 1 : b->file;

	return rules_keep_text(b, name, strcspn(name, "."));
}

static bool same_text(const void *entry, const void *key)
{
	return strcmp(((const struct rule_text *)entry)->id, ((const struct rule_text *)key)->id) == 0;
}

/* A list that is not named is that of the rule that is overridden, or empty in a new rule. */
static void read_lists(struct rules_builder *b, struct text_reading *t, const char *what, unsigned line)
{
	static const char *const levels[] = { "provider", "general", "hint", "advice", NULL };
	static const char *const certainties[] = { "possible", "likely", "certain", NULL };
	struct rule_text *r = &t->rule;

	if (t->level)
		r->level = (enum rule_level)read_name(b, t->level, "level", levels,
						      "provider, general, hint or advice");
	if (t->certainty)
		r->certainty = (enum certainty)read_name(b, t->certainty, "certainty", certainties,
							 "possible, likely or certain");
	if (t->rank)
		r->rank = read_rank(b, t->rank);
	if (t->codes || !r->codes)
		r->codes = read_codes(b, t->codes);
	if (t->enhanced || !r->enhanced)
		r->enhanced = read_enhanced(b, t->enhanced);
	if (t->answers || !r->questions)
		r->questions = read_questions(b, t->answers);
	if (t->patterns || !r->patterns)
		r->patterns = read_list(b, t->patterns, "patterns", RULES_PATTERN_MAX,
					r->level == RULE_ADVICE ? LIST_OF_CONDITIONS : LIST_OF_PATTERNS);
	if (t->also || !r->also)
		r->also = read_list(b, t->also, "also", RULES_PATTERN_MAX, LIST_OF_CONDITIONS);
	if (t->unless || !r->unless)
		r->unless = read_list(b, t->unless, "unless", RULES_PATTERN_MAX, LIST_OF_CONDITIONS);
	if (t->marks || !r->marks)
		r->marks = read_list(b, t->marks, "marks", RULES_PATTERN_MAX, LIST_OF_CONDITIONS);
	if (t->hit || !r->hits)
		r->hits = read_list(b, t->hit, "hit", RULES_TEXT_MAX, LIST_OF_EXAMPLES);
	if (t->miss || !r->misses)
		r->misses = read_list(b, t->miss, "miss", RULES_TEXT_MAX, LIST_OF_EXAMPLES);
	if (t->hit)
		check_examples(b, t->hit, r->hits);
	if (t->miss)
		check_examples(b, t->miss, r->misses);
	if (r->patterns && !r->patterns[0] && r->level != RULE_ADVICE)
		rules_fault_at(b, line, "%s has no \"patterns\"", what);
	if (r->hits && !r->hits[0])
		rules_fault_at(b, line, "%s has no \"hit\", an example that it decides", what);
	if (r->misses && !r->misses[0])
		rules_fault_at(b, line, "%s has no \"miss\", an example that it must not decide", what);
}

/* The detail is the first sentence of the meaning, whichever of the two is written. */
static void read_meaning(struct rules_builder *b, const struct text_reading *t, struct rule_text *r,
			 const char *what, unsigned line)
{
	const char *end = t->meaning ? strstr(t->meaning, ". ") : NULL;

	if (t->detail && t->meaning) {
		size_t length = strlen(t->detail) + 1 + strlen(t->meaning);
		char *both = rules_keep(b, length + 1);

		if (both)
			snprintf(both, length + 1, "%s %s", t->detail, t->meaning);
		r->detail = t->detail;
		r->meaning = both;
	} else if (t->detail) {
		r->detail = r->meaning = t->detail;
	} else if (t->meaning) {
		r->meaning = t->meaning;
		r->detail = end ? rules_keep_text(b, t->meaning, (size_t)(end - t->meaning) + 1) : t->meaning;
	}
	if (!r->meaning)
		rules_fault_at(b, line, "%s has no \"detail\" or \"meaning\"", what);
}

void schema_text(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct text_reading reading = {
		.rule = { .id = text_of(key), .level = RULE_GENERAL, .rank = 50, .certainty = CERTAINTY_LIKELY }
	};
	unsigned before = b->faults;
	char what[96];
	size_t place;

	snprintf(what, sizeof what, "text rule %.60s", text_of(key));
	if (!rules_is_word(text_of(key)) || key->data.scalar.length > RULES_NAME_MAX) {
		rules_fault_at(
		    b, line_of(key),
		    "\"%.40s\" is not an id of a text rule; expected lower case letters, digits and hyphens",
		    text_of(key));
	} else if (rules_lend(b, RULES_TEXTS, same_text, &reading.rule, line_of(key), what, &place)) {
		reading.rule.order = (unsigned)place;
		reading.rule.id = rules_keep_text(b, text_of(key), key->data.scalar.length);
		reading.rule.family = family_of(b);
		rules_read_entry(b, value, text_fields, sizeof text_fields / sizeof *text_fields, &reading,
				 what);
		if (value->type == YAML_MAPPING_NODE) {
			read_lists(b, &reading, what, line_of(key));
			read_meaning(b, &reading, &reading.rule, what, line_of(key));
		}
		if (b->faults == before)
			rules_put(b, RULES_TEXTS, place, &reading.rule, line_of(key));
	}
	b->entry_faults += b->faults - before;
}
