/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks rules for texts against the whole set: is the cause known, and can a reply reach the rule? */
#include "consistency.h"
#include <string.h>

static bool cause_known(const struct rules_builder *b, const char *cause)
{
	const struct rules_table *t = &b->tables[RULES_FINDINGS];

	for (size_t i = 0; i < t->count; i++) {
		const struct rule_finding *f = rules_at(t, i);

		if (strcmp(f->id, "delivery-failed") == 0 && strcmp(f->cause, cause) == 0)
			return strcmp(cause, "unknown") != 0;
	}
	return false;
}

/* Does |outer| hold every code of |inner|? */
static bool codes_cover(const unsigned *outer, const unsigned *inner)
{
	if (!*outer)
		return true;
	if (!*inner)
		return false;
	for (; *inner; inner++) {
		const unsigned *o = outer;

		while (*o && *o != *inner && *o != *inner / 100)
			o++;
		if (!*o)
			return false;
	}
	return true;
}

static bool questions_cover(const char *const *outer, const char *const *inner)
{
	if (!*outer)
		return true;
	if (!*inner)
		return false;
	for (; *inner; inner++) {
		const char *const *o = outer;

		while (*o && strcmp(*o, *inner) != 0)
			o++;
		if (!*o)
			return false;
	}
	return true;
}

static bool asked_before(const struct rule_text *a, const struct rule_text *b)
{
	if (a->level != b->level)
		return a->level < b->level;
	return a->rank != b->rank ? a->rank < b->rank : a->order < b->order;
}

static bool has_pattern(const struct rule_text *r, const char *pattern)
{
	for (const char *const *p = r->patterns; *p; p++)
		if (strcmp(*p, pattern) == 0)
			return true;
	return false;
}

/* The rule that is asked before |r|, for all of its replies, and has all of its patterns; NULL if there is none. */
static const struct rule_text *hidden_by(const struct rules_table *t, const struct rule_text *r)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct rule_text *o = rules_at(t, i);
		const char *const *p = r->patterns;

		if (o == r || !asked_before(o, r) || r->level == RULE_ADVICE || *o->enhanced || *o->also ||
		    *o->unless || *o->marks || !codes_cover(o->codes, r->codes) ||
		    !questions_cover(o->questions, r->questions))
			continue;
		while (*p && has_pattern(o, *p))
			p++;
		if (!*p)
			return o;
	}
	return NULL;
}

void rules_check_texts(struct rules_builder *b)
{
	struct rules_table *t = &b->tables[RULES_TEXTS];
	size_t kept = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct rule_text *r = rules_at(t, i), *hider = NULL;
		unsigned before = b->faults;

		if (t->origins[i].file && !cause_known(b, r->cause))
			rules_fault_in(b, t->origins[i],
				       "text rule %s: cause \"%s\" is unknown; see the causes of the finding "
				       "delivery-failed",
				       r->id, r->cause);
		else if (t->origins[i].file && (hider = hidden_by(t, r)) != NULL)
			rules_fault_in(b, t->origins[i],
				       "text rule %s is never reached: %s is asked before it and has all of its "
				       "patterns",
				       r->id, hider->id);
		b->entry_faults += b->faults - before;
		if (b->faults == before) {
			memmove(rules_at(t, kept), r, t->size);
			t->origins[kept++] = t->origins[i];
		}
	}
	t->count = kept;
}
