/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema of findings with their causes, of explanations, and of differences between codes. */
#include "schema.h"
#include <stdio.h>
#include <string.h>

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

/* Fields beside "causes" apply to all causes that do not have them. */
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
			       "\"%.40s\" is not a name of a %s; expected lower case letters, digits and hyphens",
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
	if (!rules_lend(b, RULES_FINDINGS, same_finding, &reading.rule, line_of(key), what, &place))
		return;
	rules_read_entry(b, value, finding_fields, sizeof finding_fields / sizeof *finding_fields, &reading,
			 what);
	rules_put(b, RULES_FINDINGS, place, &reading.rule, line_of(key));
}

void schema_finding(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
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

void schema_explanation(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct explanation_reading reading = { .rule.explains = NULL };
	char what[160];
	size_t place;

	reading.rule.finding = rules_keep_text(b, text_of(key), key->data.scalar.length);
	if (!reading.rule.finding)
		return;
	snprintf(what, sizeof what, "explanation %.120s", reading.rule.finding);
	if (!rules_lend(b, RULES_EXPLANATIONS, same_explanation, &reading.rule, line_of(key), what, &place))
		return;
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

void schema_difference(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
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
			       "\"%.20s\" is not a pair; expected two reply codes, the lower first: 220 221",
			       text);
		return;
	}
	snprintf(what, sizeof what, "pair %u %u", reading.rule.a, reading.rule.b);
	if (!rules_lend(b, RULES_DIFFERENCES, same_difference, &reading.rule, line_of(key), what, &place))
		return;
	rules_read_entry(b, value, difference_fields, sizeof difference_fields / sizeof *difference_fields,
			 &reading, what);
	rules_put(b, RULES_DIFFERENCES, place, &reading.rule, line_of(key));
}
