/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each pattern needs one of some words in the text, or one of each of two sets (pattern_words.h). A table holds the words of all patterns
 * by their first three bytes, each word once. One pass over the text marks the patterns that can match; only these are tried, in the
 * order of the rules.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "text_rules.h"
#include "pattern_words.h"
#include "recall.h"
#include "reply_text.h"
#include "word_index.h"
#include <pcre2.h>
#include <stdlib.h>

enum {
	MATCH_LIMIT = 20000, /* steps of one pattern on one text */
	DEPTH_LIMIT = 2000,
	HEAP_LIMIT = 2048, /* KiB */
	/*
	 * Tries of a pattern that PCRE2's interpreter makes. Translating a pattern into machine code costs as much as some 60 of them, and
	 * most patterns are tried a few times only.
	 */
	INTERPRETED_TRIES = 40,
};

struct pattern {
	uint32_t rule; /* index in the set; patterns are in the order of rules */
	const char *source;
	pcre2_code *code; /* NULL: not compiled yet, or broken */
	bool broken;
	bool translated; /* into machine code, or tried to: without the JIT, PCRE2 interprets the pattern */
	unsigned tries;	 /* by the interpreter */
};

struct text_rules {
	const struct rules *rules;
	struct pattern *patterns;
	size_t pattern_count;
	struct pattern *conditions; /* also, unless and marks of all rules, in this order within a rule */
	size_t condition_count;
	uint32_t *first_condition; /* of each rule */
	struct word_index words;
	struct word_index_memory own; /* of |words|, where the set has no index of its own */
	uint64_t *marks[2];	      /* for each set a bit a pattern: the text has a word of it */
	uint64_t *always;	      /* a bit for each pattern that needs no word */
	size_t mark_count;
	size_t first_general, first_hint, first_advice; /* patterns from here on are of that level */
	pcre2_match_context *limits;
	pcre2_match_data *match;
	struct reply_text text; /* scratch */
	struct recall *recall;
	bool masked_is_marked; /* the marks are those of |text.masked| */
};

/* ---- building ---- */

static size_t list_count(const char *const *list)
{
	size_t count = 0;

	while (list[count])
		count++;
	return count;
}

static bool build_conditions(struct text_rules *e)
{
	const struct rules *r = e->rules;
	size_t count = 0;

	for (size_t i = 0; i < r->text_count; i++)
		count += list_count(r->texts[i].also) + list_count(r->texts[i].unless) +
			 list_count(r->texts[i].marks);
	e->conditions = calloc(count + 1, sizeof *e->conditions);
	e->first_condition = calloc(r->text_count + 1, sizeof *e->first_condition);
	if (!e->conditions || !e->first_condition)
		return false;
	for (size_t i = 0; i < r->text_count; i++) {
		const char *const *const lists[] = { r->texts[i].also, r->texts[i].unless, r->texts[i].marks };

		e->first_condition[i] = (uint32_t)e->condition_count;
		for (size_t k = 0; k < 3; k++)
			for (const char *const *p = lists[k]; *p; p++)
				e->conditions[e->condition_count++] =
				    (struct pattern){ .rule = (uint32_t)i, .source = *p };
	}
	return true;
}

/* Adds the patterns of a rule; a rule without any, which advice may be, gets an empty one that always matches. */
static void add_patterns(struct text_rules *e, uint32_t rule)
{
	static const char *const nothing[] = { "", NULL };
	const char *const *p = e->rules->texts[rule].patterns;

	for (p = *p ? p : nothing; *p; p++) {
		size_t at = e->pattern_count++;

		e->patterns[at] = (struct pattern){ .rule = rule, .source = *p };
		if (e->words.sets[at] == 0)
			e->always[at / 64] |= UINT64_C(1) << (at % 64);
	}
}

static bool find_words(struct text_rules *e)
{
	if (e->rules->words) {
		e->words = *e->rules->words;
		return true;
	}
	if (!word_index_build(&e->own, e->rules))
		return false;
	e->words = word_index_of(&e->own);
	return true;
}

static bool build(struct text_rules *e)
{
	const struct rules *r = e->rules;

	if (!find_words(e) || !build_conditions(e))
		return false;
	e->mark_count = e->words.pattern_count / 64 + 1;
	e->patterns = calloc(e->words.pattern_count + 1, sizeof *e->patterns);
	e->marks[0] = calloc(e->mark_count, sizeof *e->marks[0]);
	e->marks[1] = calloc(e->mark_count, sizeof *e->marks[1]);
	e->always = calloc(e->mark_count, sizeof *e->always);
	if (!e->patterns || !e->marks[0] || !e->marks[1] || !e->always)
		return false;
	for (size_t i = 0; i < r->text_count; i++) {
		add_patterns(e, (uint32_t)i);
		if (r->texts[i].level < RULE_GENERAL)
			e->first_general = e->pattern_count;
		if (r->texts[i].level < RULE_HINT)
			e->first_hint = e->pattern_count;
		if (r->texts[i].level < RULE_ADVICE)
			e->first_advice = e->pattern_count;
	}
	return true;
}

struct text_rules *text_rules_create(const struct rules *rules)
{
	struct text_rules *e = calloc(1, sizeof *e);

	if (!e)
		return NULL;
	e->rules = rules;
	e->limits = pcre2_match_context_create(NULL);
	e->match = pcre2_match_data_create(1, NULL);
	e->recall = recall_create();
	if (!e->limits || !e->match || !e->recall || !build(e)) {
		text_rules_destroy(e);
		return NULL;
	}
	pcre2_set_match_limit(e->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(e->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(e->limits, HEAP_LIMIT);
	return e;
}

void text_rules_destroy(struct text_rules *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->pattern_count; i++)
		pcre2_code_free(e->patterns[i].code);
	for (size_t i = 0; i < e->condition_count; i++)
		pcre2_code_free(e->conditions[i].code);
	pcre2_match_data_free(e->match);
	pcre2_match_context_free(e->limits);
	free(e->patterns);
	free(e->conditions);
	free(e->first_condition);
	free(e->always);
	word_index_finish(&e->own);
	free(e->marks[0]);
	free(e->marks[1]);
	recall_destroy(e->recall);
	free(e);
}

static bool compile(struct pattern *p)
{
	int error;
	PCRE2_SIZE offset;

	if (p->code || p->broken)
		return !p->broken;
	p->code = pcre2_compile((PCRE2_SPTR)p->source, PCRE2_ZERO_TERMINATED, TEXT_PATTERN_OPTIONS, &error,
				&offset, NULL);
	p->broken = !p->code;
	return p->code;
}

static void translate(struct pattern *p)
{
	p->translated = true;
	(void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
}

void text_rules_compile(struct text_rules *e)
{
	for (size_t i = 0; i < e->pattern_count; i++)
		if (compile(&e->patterns[i]))
			translate(&e->patterns[i]);
	for (size_t i = 0; i < e->condition_count; i++)
		if (compile(&e->conditions[i]))
			translate(&e->conditions[i]);
}

/* ---- matching ---- */

static void mark_needs(struct text_rules *e, const struct index_word *word)
{
	for (int32_t n = word->needs; n != WORD_INDEX_NONE; n = e->words.needs[n].next) {
		const struct index_need *need = &e->words.needs[n];

		e->marks[need->set][need->pattern / 64] |= UINT64_C(1) << (need->pattern % 64);
	}
}

/* Marks the patterns whose words the text holds. */
static void mark_patterns(struct text_rules *e, struct span text)
{
	const struct word_index *index = &e->words;

	memcpy(e->marks[0], e->always, e->mark_count * sizeof *e->marks[0]);
	memset(e->marks[1], 0, e->mark_count * sizeof *e->marks[1]);
	for (size_t i = 0; i + PATTERN_WORD_LEAST <= text.length; i++) {
		const char *at = (const char *)text.at + i;

		for (int32_t w = index->buckets[word_index_bucket(at)]; w != WORD_INDEX_NONE;
		     w = index->words[w].next) {
			const struct index_word *word = &index->words[w];
			const char *letters = index->letters + word->at;

			/* Most words with the same first three letters differ in the fourth or the last. */
			if (word->length > text.length - i ||
			    at[word->length - 1] != letters[word->length - 1] ||
			    (word->length > 3 && letters[3] != at[3]))
				continue;
			if (memcmp(letters, at, word->length) == 0)
				mark_needs(e, word);
		}
	}
}

/* Does the text hold the words that the pattern needs? */
static bool is_marked(const struct text_rules *e, size_t pattern)
{
	return (e->marks[0][pattern / 64] >> (pattern % 64) & 1) &&
	       (e->words.sets[pattern] < 2 || (e->marks[1][pattern / 64] >> (pattern % 64) & 1));
}

static bool listed(const char *const *questions, const char *question)
{
	if (!*questions)
		return true;
	for (; question && *questions; questions++)
		if (strcmp(*questions, question) == 0)
			return true;
	return false;
}

static bool has_enhanced_code(const unsigned *keys, const struct reply_text *t)
{
	if (!*keys)
		return true;
	for (; t->has_enhanced && *keys; keys++)
		if (*keys == rule_enhanced_key(t->class, t->subject, t->detail) ||
		    *keys == rule_enhanced_key(0, t->subject, t->detail) ||
		    *keys == rule_enhanced_key(t->class, t->subject, RULE_ANY_DETAIL) ||
		    *keys == rule_enhanced_key(0, t->subject, RULE_ANY_DETAIL))
			return true;
	return false;
}

/* Is the rule for a reply with these codes that answers this? */
static bool is_for(const struct rule_text *r, const struct reply_text *t, const char *question)
{
	const unsigned *c = r->codes;

	while (*c && *c != t->code && *c != t->code / 100)
		c++;
	return (*c || !r->codes[0]) && has_enhanced_code(r->enhanced, t) && listed(r->questions, question);
}

static bool matches(struct text_rules *e, struct pattern *p, struct span text)
{
	int result;

	if (!compile(p))
		return false;
	if (!p->translated && p->tries++ >= INTERPRETED_TRIES)
		translate(p);
	result = pcre2_match(p->code, text.at, text.length, 0, 0, e->match, e->limits);
	/* The interpreter counts more steps than machine code does, and the answer must not depend on which of them ran. */
	if (result < PCRE2_ERROR_NOMATCH && !p->translated) {
		translate(p);
		result = pcre2_match(p->code, text.at, text.length, 0, 0, e->match, e->limits);
	}
	return result >= 0;
}

/* Do the other conditions of a rule hold, one of whose patterns matches |text|? */
static bool conditions_hold(struct text_rules *e, const struct rule_text *r, struct span text)
{
	struct pattern *p = &e->conditions[e->first_condition[r - e->rules->texts]];
	bool marked = !*r->marks;

	for (const char *const *i = r->also; *i; i++)
		if (!matches(e, p++, text))
			return false;
	for (const char *const *i = r->unless; *i; i++)
		if (matches(e, p++, text))
			return false;
	for (const char *const *i = r->marks; *i && !marked; i++)
		marked = matches(e, p++, span_of(e->text.plain, e->text.plain_length));
	return marked;
}

/* The first rule that decides |text|, whose marks are set, among the patterns in [from, to); |cause|: has this one, NULL: any. */
static const struct rule_text *first_match(struct text_rules *e, struct span text, size_t from, size_t to,
					   const char *question, const char *cause)
{
	const struct rule_text *texts = e->rules->texts;

	for (size_t i = from / 64; i < e->mark_count && i * 64 < to; i++) {
		for (uint64_t left = e->marks[0][i]; left; left &= left - 1) {
			size_t at = i * 64 + (unsigned)__builtin_ctzll(left);
			struct pattern *p = &e->patterns[at];

			if (at < from || at >= to || !is_marked(e, at))
				continue;
			if (cause && strcmp(texts[p->rule].cause, cause) != 0)
				continue;
			if (is_for(&texts[p->rule], &e->text, question) && matches(e, p, text) &&
			    conditions_hold(e, &texts[p->rule], text))
				return &texts[p->rule];
		}
	}
	return NULL;
}

/* The rule that knows the text, by levels. */
static const struct rule_text *text_rule(struct text_rules *e, const char *question, bool hints)
{
	struct span plain = span_of(e->text.plain, e->text.plain_length);
	struct span masked = span_of(e->text.masked, e->text.masked_length);
	const struct rule_text *rule;

	mark_patterns(e, plain);
	e->masked_is_marked = false;
	rule = first_match(e, plain, 0, e->first_general, question, NULL);
	if (rule)
		return rule;
	mark_patterns(e, masked);
	e->masked_is_marked = true;
	return first_match(e, masked, e->first_general, hints ? e->first_advice : e->first_hint, question,
			   NULL);
}

/* The rule that says more about the prepared text, whose cause is |cause|. */
static const struct rule_text *advice_rule(struct text_rules *e, const char *question, const char *cause)
{
	struct span masked = span_of(e->text.masked, e->text.masked_length);

	if (!e->masked_is_marked)
		mark_patterns(e, masked);
	return first_match(e, masked, e->first_advice, e->pattern_count, question, cause);
}

/* ---- the answer ---- */

/* Takes from |r| whatever |c| does not have yet. */
static void add_advice(struct reply_cause *c, const struct rule_text *r)
{
	if (!c->detail) {
		c->detail = r->detail;
		c->meaning = r->meaning;
	}
	c->fix = c->fix ? c->fix : r->fix;
	c->url = c->url ? c->url : r->url;
	c->responsible = c->responsible ? c->responsible : r->responsible;
	c->retry = c->retry ? c->retry : r->retry;
}

/* What the cause alone says, where no rule said more. */
static void add_fallback(struct reply_cause *c, const struct rules *rules, unsigned code)
{
	const struct rule_finding *f = rules_finding(rules, "delivery-failed", c->cause);
	bool heals;

	if (!f)
		return;
	c->title = f->title;
	c->fix = c->fix ? c->fix : f->fix;
	c->responsible = c->responsible ? c->responsible : f->responsible;
	if (!c->retry) {
		heals = f->retry == RETRY_UNKNOWN ? code / 100 == 4
						  : f->retry == RETRY_AUTOMATIC || f->retry == RETRY_LATER;
		c->retry = heals ? RETRY_AUTOMATIC : RETRY_USELESS;
	}
	/* What time heals heals in a queue, too, which retries after 4yz (RFC 5321 4.5.4.1). */
	if (c->retry == RETRY_LATER && code / 100 == 4)
		c->retry = RETRY_AUTOMATIC;
	/* A queue gives up after a 5yz reply (RFC 5321 4.2.1). */
	if (c->retry == RETRY_AUTOMATIC && code / 100 == 5)
		c->retry = RETRY_LATER;
}

static const char *code_cause(const struct text_rules *e, bool with_enhanced, const char *question)
{
	const struct reply_text *t = &e->text;

	return rules_cause(e->rules, t->code, with_enhanced && t->has_enhanced ? t->class : 0, t->subject,
			   t->detail, question);
}

static bool has_enhanced_cause(const struct text_rules *e, const char *question)
{
	const struct reply_text *t = &e->text;
	const struct rule_enhanced *entry =
	    t->has_enhanced ? rules_enhanced(e->rules, t->class, t->subject, t->detail, question) : NULL;

	return entry && entry->cause;
}

/* What the prepared text says. */
static struct reply_cause decide(struct text_rules *e, const char *question)
{
	struct reply_cause c = { .certainty = CERTAINTY_POSSIBLE };
	const struct rule_text *rule, *advice;

	if (e->text.code < 400 || e->text.code > 599)
		return c;
	rule = text_rule(e, question, !has_enhanced_cause(e, question));
	if (rule) {
		c = (struct reply_cause){ .cause = rule->cause, .rule = rule->id, .certainty = rule->certainty };
	} else {
		c.cause = code_cause(e, true, question);
		if (has_enhanced_cause(e, question))
			c.certainty = CERTAINTY_LIKELY;
	}
	if (rule && rule->fix) {
		add_advice(&c, rule);
	} else {
		advice = advice_rule(e, question, c.cause);
		c.advice = advice ? advice->id : NULL;
		if (advice)
			add_advice(&c, advice);
		if (rule)
			add_advice(&c, rule);
	}
	add_fallback(&c, e->rules, e->text.code);
	return c;
}

struct reply_cause text_rules_classify(struct text_rules *e, unsigned code, const char *question,
				       const struct span *lines, size_t count)
{
	const struct recall_reply reply = { .code = code, .question = question, .lines = lines, .count = count };
	struct recall_place *place;
	const struct reply_cause *known = recall_find(e->recall, &reply, &place);
	struct reply_cause answer;

	if (known)
		return *known;
	reply_text_lines(&e->text, code, lines, count);
	answer = decide(e, question);
	if (place)
		recall_keep(place, &answer);
	return answer;
}

struct reply_cause text_rules_classify_text(struct text_rules *e, const char *question, struct span text)
{
	if (!reply_text_whole(&e->text, text))
		return (struct reply_cause){ .cause = NULL };
	return decide(e, question);
}

/* ---- all matches ---- */

void text_rules_each_match(struct text_rules *e, const char *question, struct span text,
			   text_rules_visit *visit, void *context)
{
	struct span form = { 0 };
	const struct rule_text *last = NULL;

	if (!reply_text_whole(&e->text, text))
		return;
	for (size_t at = 0; at < e->first_advice; at++) {
		struct pattern *p = &e->patterns[at];
		const struct rule_text *r = &e->rules->texts[p->rule];

		if (at == 0 || at == e->first_general) {
			form = at < e->first_general ? span_of(e->text.plain, e->text.plain_length)
						     : span_of(e->text.masked, e->text.masked_length);
			mark_patterns(e, form);
		}
		if (r == last || !is_marked(e, at) ||
		    !is_for(r, &e->text, question ? question : r->questions[0]) || !matches(e, p, form) ||
		    !conditions_hold(e, r, form))
			continue;
		last = r;
		visit(context, r);
	}
}
