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

/* Is the pattern a single word or host name, with nothing that tells what is said of it? */
static bool names_one_word(const char *pattern)
{
	for (; *pattern; pattern++) {
		if (pattern[0] == '\\' && (pattern[1] == 'b' || pattern[1] == '.'))
			pattern++;
		else if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-^$", *pattern))
			return false;
	}
	return true;
}

/* The pattern of a certain rule that distinguishes nothing; NULL if there is none, or another condition distinguishes. */
static const char *weak_pattern(const struct rule_text *r)
{
	if (r->certainty != CERTAINTY_CERTAIN || *r->codes || *r->enhanced || *r->questions || *r->also ||
	    *r->marks)
		return NULL;
	for (const char *const *p = r->patterns; *p; p++)
		if (names_one_word(*p))
			return *p;
	return NULL;
}

/* Does "unless" hold every pattern of the rule? */
static bool decides_nothing(const struct rule_text *r)
{
	for (const char *const *p = r->patterns; *p; p++) {
		const char *const *u = r->unless;

		while (*u && strcmp(*u, *p) != 0)
			u++;
		if (!*u)
			return false;
	}
	return *r->patterns != NULL;
}

/* Is the advice of |r| the same as that of its cause? */
static bool repeats_cause(const struct rules_builder *b, const struct rule_text *r)
{
	const struct rules_table *t = &b->tables[RULES_FINDINGS];

	for (size_t i = 0; r->fix && i < t->count; i++) {
		const struct rule_finding *f = rules_at(t, i);

		if (strcmp(f->id, "delivery-failed") == 0 && strcmp(f->cause, r->cause) == 0)
			return strcmp(f->fix, r->fix) == 0;
	}
	return false;
}

/* Faults of a rule by itself: a certain rule that distinguishes nothing, one that decides nothing, advice said twice. */
static void check_alone(struct rules_builder *b, const struct rule_text *r, struct origin at)
{
	const char *weak = weak_pattern(r);

	if (weak)
		rules_fault_in(
		    b, at, "text rule %s is certain, but its pattern \"%.60s\" is a single word or host name",
		    r->id, weak);
	if (decides_nothing(r))
		rules_fault_in(b, at, "text rule %s decides nothing: \"unless\" has all of its patterns",
			       r->id);
	if (repeats_cause(b, r))
		rules_fault_in(b, at, "text rule %s: \"fix\" repeats that of its cause; leave it out", r->id);
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
		if (t->origins[i].file)
			check_alone(b, r, t->origins[i]);
		b->entry_faults += b->faults - before;
		if (b->faults == before) {
			memmove(rules_at(t, kept), r, t->size);
			t->origins[kept++] = t->origins[i];
		}
	}
	t->count = kept;
}
