/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks rules for texts against the whole set: is the cause known, and can a reply reach the rule? */
#include "consistency.h"
#include "pattern_words.h"
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

static bool lists(const char *const *list, const char *pattern)
{
	while (*list && strcmp(*list, pattern) != 0)
		list++;
	return *list != NULL;
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
		while (*p && lists(o->patterns, *p))
			p++;
		if (!*p)
			return o;
	}
	return NULL;
}

static bool is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '^' || c == '$';
}

/* Is the pattern a single word, with nothing that tells what is said of it? */
static bool names_one_word(const char *pattern)
{
	for (; *pattern; pattern++) {
		if (pattern[0] == '\\' && (pattern[1] == 'b' || pattern[1] == '.'))
			pattern++;
		else if (!is_name_character(*pattern))
			return false;
	}
	return true;
}

/* Does a top-level domain stand here: two to four letters, also as the first of some alternatives? */
static bool is_top_level_domain(const char *label)
{
	size_t letters = 0;

	if (strncmp(label, "(?:", 3) == 0)
		label += 3;
	while ((label[letters] >= 'a' && label[letters] <= 'z') ||
	       (label[letters] >= 'A' && label[letters] <= 'Z'))
		letters++;
	return letters >= 2 && letters <= 4;
}

/* The end of the part of a pattern that begins at |part|: a blank, a gap (".{0,40}", ".*", "\s") or a slash. */
static const char *part_end(const char *part)
{
	while (*part && !strchr(" ./", *part) && strncmp(part, "\\s", 2) != 0 && strncmp(part, "\\S", 2) != 0)
		part += part[0] == '\\' && part[1] ? 2 : 1;
	return part;
}

/*
 * Is there nothing in the pattern but the names of hosts, in whatever form? A part whose last escaped dot is before a top-level domain is
 * the name of a host; one without three letters in a row says nothing.
 */
static bool names_hosts_only(const char *pattern)
{
	bool hosts = false;

	while (*pattern) {
		const char *end = part_end(pattern);
		size_t letters = 0;
		bool host = false, words = false;

		for (; pattern < end; pattern++) {
			if (pattern[0] == '\\' && pattern + 1 < end) {
				host = *++pattern == '.' ? is_top_level_domain(pattern + 1) : host;
				letters = 0;
			} else {
				letters = is_name_character(*pattern) ? letters + 1 : 0;
			}
			words |= letters >= 3;
		}
		if (words && !host)
			return false;
		hosts |= host;
		if (pattern[0] == '\\')
			pattern += 2;
		while (*pattern && strchr(" ./*+?{}0123456789,", *pattern))
			pattern++;
	}
	return hosts;
}

/* The pattern of a certain rule that distinguishes nothing; NULL if there is none, or another condition distinguishes. */
static const char *weak_pattern(const struct rule_text *r)
{
	if (r->certainty != CERTAINTY_CERTAIN || *r->codes || *r->enhanced || *r->questions || *r->also ||
	    *r->marks)
		return NULL;
	for (const char *const *p = r->patterns; *p; p++)
		if (names_one_word(*p) || names_hosts_only(*p))
			return *p;
	return NULL;
}

/* Does "unless" hold every pattern of the rule? */
static bool decides_nothing(const struct rule_text *r)
{
	for (const char *const *p = r->patterns; *p; p++)
		if (!lists(r->unless, *p))
			return false;
	return *r->patterns != NULL;
}

/* Does "unless" hold something that "also" demands? */
static bool contradicts_itself(const struct rule_text *r)
{
	for (const char *const *p = r->also; *p; p++)
		if (lists(r->unless, *p))
			return true;
	return false;
}

/* Is there no basic code whose class is that of one of the enhanced codes? A reply with 450 has no enhanced code of class 5. */
static bool codes_exclude_each_other(const struct rule_text *r)
{
	for (const unsigned *c = r->codes; *c; c++)
		for (const unsigned *e = r->enhanced; *e; e++) {
			unsigned class = (*e - 1) / (1001 * 1001);

			if (class == 0 || class == (*c < 10 ? *c : *c / 100))
				return false;
		}
	return *r->codes && *r->enhanced;
}

/*
 * Can no text match the pattern at this level? Masked text has no '@' and no hyphens between letters (reply_text.h), so a word with one
 * never occurs in it.
 */
static bool never_matches(const struct rule_text *r, const char *pattern)
{
	struct pattern_words needed;

	if (r->level == RULE_PROVIDER || !pattern_words_find(&needed, pattern))
		return false;
	for (size_t set = 0; set < needed.count; set++) {
		size_t absent = 0;

		for (size_t i = 0; i < needed.sets[set].count; i++) {
			const char *word = needed.sets[set].words[i];
			const char *hyphen = strchr(word, '-');

			absent += strchr(word, '@') || (hyphen && hyphen > word && hyphen[1]);
		}
		if (absent == needed.sets[set].count)
			return true;
	}
	return false;
}

static bool matches_nothing(const struct rule_text *r)
{
	for (const char *const *p = r->patterns; *p; p++)
		if (!never_matches(r, *p))
			return false;
	return *r->patterns != NULL;
}

static char next_letter(const char **text)
{
	while (**text && !is_name_character(**text))
		++*text;
	if (!**text)
		return '\0';
	return (char)(**text >= 'A' && **text <= 'Z' ? *(*text)++ + 32 : *(*text)++);
}

/* Are the letters and digits of |part| the first ones of |whole|, whatever stands between them? */
static bool says_the_same(const char *whole, const char *part)
{
	char c = next_letter(&part);

	if (!c)
		return false;
	for (; c; c = next_letter(&part))
		if (next_letter(&whole) != c)
			return false;
	return true;
}

/* Is the advice of |r| that of its cause, or the beginning of it, in other punctuation at most? */
static bool repeats_cause(const struct rules_builder *b, const struct rule_text *r)
{
	const struct rules_table *t = &b->tables[RULES_FINDINGS];

	for (size_t i = 0; r->fix && i < t->count; i++) {
		const struct rule_finding *f = rules_at(t, i);

		if (strcmp(f->id, "delivery-failed") == 0 && strcmp(f->cause, r->cause) == 0)
			return says_the_same(f->fix, r->fix);
	}
	return false;
}

/* Faults of a rule by itself: a certain rule that distinguishes nothing, one that decides nothing, advice said twice. */
static void check_alone(struct rules_builder *b, const struct rule_text *r, struct origin at)
{
	const char *weak = weak_pattern(r);

	if (weak)
		rules_fault_in(
		    b, at,
		    "text rule %s is certain, but its pattern \"%.60s\" is a single word or host name; add the words that give the reason",
		    r->id, weak);
	if (decides_nothing(r))
		rules_fault_in(b, at, "text rule %s decides nothing: \"unless\" has all of its patterns",
			       r->id);
	if (contradicts_itself(r))
		rules_fault_in(b, at,
			       "text rule %s decides nothing: \"unless\" has a pattern that \"also\" demands",
			       r->id);
	if (matches_nothing(r))
		rules_fault_in(
		    b, at,
		    "text rule %s decides nothing: \"@\" and hyphens between letters are removed from replies before it is asked",
		    r->id);
	if (codes_exclude_each_other(r))
		rules_fault_in(
		    b, at,
		    "text rule %s decides nothing: no reply with its \"codes\" has one of its \"enhanced\" codes",
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
