/* SPDX-License-Identifier: BSD-2-Clause */
/* Lookups in a set of rules: binary searches in sorted tables. They allocate nothing, because each runs once for every reply. */
#include "rules.h"
#include <string.h>

const char *const rule_placeholders[] = { "code",      "text",	 "line",   "verb",  "question",
					  "idle",      "count",	 "errors", "bytes", "sender",
					  "recipient", "client", "server", "phase", "duration",
					  "limit",     "value",	 "frames", "offer", "certificate",
					  NULL };

/* The index of the first of |count| entries of |size| bytes that |below| does not place below the key. */
typedef bool rule_below(const void *entry, const void *key);

static size_t lower_bound(const void *entries, size_t count, size_t size, rule_below *below, const void *key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (below((const char *)entries + middle * size, key))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool code_below(const void *entry, const void *key)
{
	return ((const struct rule_code *)entry)->code < *(const unsigned *)key;
}

const struct rule_code *rules_code(const struct rules *r, unsigned code, const char *question)
{
	const struct rule_code *general = NULL;
	size_t i = lower_bound(r->codes, r->code_count, sizeof *r->codes, code_below, &code);

	for (; i < r->code_count && r->codes[i].code == code; i++) {
		if (!r->codes[i].question)
			general = &r->codes[i];
		else if (question && strcmp(r->codes[i].question, question) == 0)
			return &r->codes[i];
	}
	return general;
}

static bool subject_below(const void *entry, const void *key)
{
	const struct rule_enhanced *a = entry, *b = key;

	return a->subject != b->subject ? a->subject < b->subject : a->detail < b->detail;
}

const struct rule_enhanced *rules_enhanced(const struct rules *r, unsigned class, unsigned subject,
					   unsigned detail, const char *question)
{
	const struct rule_enhanced key = { .subject = subject, .detail = detail };
	const struct rule_enhanced *best = NULL;
	unsigned best_rank = 0;
	size_t i = lower_bound(r->enhanced, r->enhanced_count, sizeof *r->enhanced, subject_below, &key);

	for (; i < r->enhanced_count && r->enhanced[i].subject == subject && r->enhanced[i].detail == detail;
	     i++) {
		const struct rule_enhanced *e = &r->enhanced[i];
		unsigned rank = 1;

		if (e->class != 0 && e->class != class)
			continue;
		if (e->question && (!question || strcmp(e->question, question) != 0))
			continue;
		rank += e->class != 0 ? 2 : 0;
		rank += e->question ? 1 : 0;
		if (rank > best_rank) {
			best = e;
			best_rank = rank;
		}
	}
	if (!best && detail != RULE_ANY_DETAIL)
		return rules_enhanced(r, class, subject, RULE_ANY_DETAIL, question);
	return best;
}

static bool command_below(const void *entry, const void *key)
{
	return strcmp(((const struct rule_command *)entry)->question, key) < 0;
}

const struct rule_command *rules_command(const struct rules *r, const char *question)
{
	size_t i = lower_bound(r->commands, r->command_count, sizeof *r->commands, command_below, question);

	if (i < r->command_count && strcmp(r->commands[i].question, question) == 0)
		return &r->commands[i];
	return NULL;
}

static bool finding_below(const void *entry, const void *key)
{
	const struct rule_finding *a = entry, *b = key;
	int order = strcmp(a->id, b->id);

	return order ? order < 0 : strcmp(a->cause, b->cause) < 0;
}

static const struct rule_finding *finding_exact(const struct rules *r, const char *id, const char *cause)
{
	const struct rule_finding key = { .id = id, .cause = cause };
	size_t i = lower_bound(r->findings, r->finding_count, sizeof *r->findings, finding_below, &key);

	if (i < r->finding_count && strcmp(r->findings[i].id, id) == 0 &&
	    strcmp(r->findings[i].cause, cause) == 0)
		return &r->findings[i];
	return NULL;
}

const struct rule_finding *rules_finding(const struct rules *r, const char *id, const char *cause)
{
	const struct rule_finding *found = cause ? finding_exact(r, id, cause) : NULL;

	return found ? found : finding_exact(r, id, "unknown");
}

static bool explanation_below(const void *entry, const void *key)
{
	return strcmp(((const struct rule_explanation *)entry)->finding, key) < 0;
}

const struct rule_explanation *rules_explanation(const struct rules *r, const char *finding)
{
	size_t i = lower_bound(r->explanations, r->explanation_count, sizeof *r->explanations,
			       explanation_below, finding);

	return i < r->explanation_count && strcmp(r->explanations[i].finding, finding) == 0
		   ? &r->explanations[i]
		   : NULL;
}

static bool difference_below(const void *entry, const void *key)
{
	const struct rule_difference *a = entry, *b = key;

	return a->a != b->a ? a->a < b->a : a->b < b->b;
}

const struct rule_difference *rules_difference(const struct rules *r, unsigned a, unsigned b)
{
	const struct rule_difference key = { .a = a < b ? a : b, .b = a < b ? b : a };
	size_t i =
	    lower_bound(r->differences, r->difference_count, sizeof *r->differences, difference_below, &key);

	if (i < r->difference_count && r->differences[i].a == key.a && r->differences[i].b == key.b)
		return &r->differences[i];
	return NULL;
}

static bool lists(const unsigned *list, unsigned code)
{
	while (*list && *list != code)
		list++;
	return *list != 0;
}

static bool command_lists(const struct rule_command *c, unsigned code)
{
	return c && (lists(c->success, code) || lists(c->intermediate, code) || lists(c->error, code));
}

bool rules_expects(const struct rules *r, const char *question, unsigned code)
{
	const struct rule_command *command;

	if (code >= 400 && code != 500)
		return true;
	command = rules_command(r, question);
	if (!command)
		command = rules_command(r, "other");
	return !command || command_lists(command, code) || command_lists(rules_command(r, "*"), code);
}

const char *rules_category(unsigned code)
{
	switch (code / 100) {
	case 2:
		return "positive-completion";
	case 3:
		return "positive-intermediate";
	case 4:
		return "transient-negative";
	case 5:
		return "permanent-negative";
	default:
		return "unknown";
	}
}

const char *rules_cause(const struct rules *r, unsigned code, unsigned class, unsigned subject,
			unsigned detail, const char *question)
{
	const struct rule_enhanced *enhanced =
	    class >= 4 ? rules_enhanced(r, class, subject, detail, question) : NULL;
	const struct rule_code *basic = rules_code(r, code, question);

	if (code >= 200 && code < 400)
		return NULL;
	if (enhanced && enhanced->cause)
		return enhanced->cause;
	/* An enhanced code without a cause overrides what the basic code alone would suggest. */
	if (enhanced && enhanced->subject != 0)
		return "unspecified";
	return basic && basic->cause ? basic->cause : "unspecified";
}
