/* SPDX-License-Identifier: BSD-2-Clause */
/* Does everything that an entry names exist? Rules for texts are checked in consistency_texts.c. */
#include "consistency.h"
#include <string.h>

static bool has_code(const struct rules_builder *b, unsigned code)
{
	const struct rules_table *t = &b->tables[RULES_CODES];

	for (size_t i = 0; i < t->count; i++)
		if (((const struct rule_code *)rules_at(t, i))->code == code)
			return true;
	return false;
}

static bool has_command(const struct rules_builder *b, const char *question)
{
	const struct rules_table *t = &b->tables[RULES_COMMANDS];

	for (size_t i = 0; i < t->count; i++)
		if (strcmp(((const struct rule_command *)rules_at(t, i))->question, question) == 0)
			return true;
	return false;
}

static bool has_finding(const struct rules_builder *b, const char *id, const char *cause)
{
	const struct rules_table *t = &b->tables[RULES_FINDINGS];

	for (size_t i = 0; i < t->count; i++) {
		const struct rule_finding *f = rules_at(t, i);

		if (strcmp(f->id, id) == 0 && strcmp(f->cause, cause) == 0)
			return true;
	}
	return false;
}

static void check_references(struct rules_builder *b, struct origin at, const char *question, const char *cause)
{
	if (question && !has_command(b, question))
		rules_fault_in(b, at, "\"%s\" is not a command of these rules; see the section commands",
			       question);
	if (cause && cause[0] && !has_finding(b, "delivery-failed", cause))
		rules_fault_in(b, at, "cause \"%s\" is unknown; see the causes of the finding delivery-failed",
			       cause);
}

static void check_codes(struct rules_builder *b)
{
	const struct rules_table *t = &b->tables[RULES_CODES];

	for (size_t i = 0; i < t->count; i++) {
		const struct rule_code *c = rules_at(t, i);

		if (t->origins[i].file)
			check_references(b, t->origins[i], c->question, c->cause);
	}
	t = &b->tables[RULES_ENHANCED];
	for (size_t i = 0; i < t->count; i++) {
		const struct rule_enhanced *e = rules_at(t, i);

		if (t->origins[i].file)
			check_references(b, t->origins[i], e->question, e->cause);
	}
}

static void check_list(struct rules_builder *b, struct origin at, const char *question, const unsigned *list)
{
	for (; list && *list; list++)
		if (!has_code(b, *list))
			rules_fault_in(b, at, "command %s lists %u, which codes does not have", question,
				       *list);
}

static void check_commands(struct rules_builder *b)
{
	const struct rules_table *t = &b->tables[RULES_COMMANDS];

	for (size_t i = 0; i < t->count; i++) {
		const struct rule_command *c = rules_at(t, i);

		if (!t->origins[i].file)
			continue;
		check_list(b, t->origins[i], c->question, c->success);
		check_list(b, t->origins[i], c->question, c->intermediate);
		check_list(b, t->origins[i], c->question, c->error);
	}
}

static void check_findings(struct rules_builder *b)
{
	const struct rules_table *t = &b->tables[RULES_FINDINGS];

	for (size_t i = 0; i < t->count; i++) {
		const struct rule_finding *f = rules_at(t, i);
		bool first = true;

		for (size_t k = 0; k < i && first; k++)
			first = strcmp(((const struct rule_finding *)rules_at(t, k))->id, f->id) != 0;
		if (first && t->origins[i].file && !has_finding(b, f->id, "unknown"))
			rules_fault_in(b, t->origins[i],
				       "finding %s has no cause \"unknown\"; every finding needs one", f->id);
	}
}

static void check_differences(struct rules_builder *b)
{
	const struct rules_table *t = &b->tables[RULES_DIFFERENCES];

	for (size_t i = 0; i < t->count; i++) {
		const struct rule_difference *d = rules_at(t, i);

		if (!t->origins[i].file)
			continue;
		if (!has_code(b, d->a))
			rules_fault_in(b, t->origins[i], "pair %u %u: codes does not have %u", d->a, d->b,
				       d->a);
		if (!has_code(b, d->b))
			rules_fault_in(b, t->origins[i], "pair %u %u: codes does not have %u", d->a, d->b,
				       d->b);
	}
}

void rules_check(struct rules_builder *b)
{
	check_codes(b);
	check_commands(b);
	check_findings(b);
	check_differences(b);
	rules_check_texts(b);
}
