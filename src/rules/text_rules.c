/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each pattern needs one of some words in the text, or one of each of two sets (pattern_words.h). A table holds the words of all patterns
 * by their first three bytes, each word once. One pass over the text marks the patterns that can match; only these are tried, in the
 * order of the rules.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "text_rules.h"
#include "pattern_words.h"
#include "reply_text.h"
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BUCKETS = 16384,
	MATCH_LIMIT = 20000, /* steps of one pattern on one text */
	DEPTH_LIMIT = 2000,
	HEAP_LIMIT = 2048, /* KiB */
	NOTHING = -1,
};

struct pattern {
	uint32_t rule; /* index in the set; patterns are in the order of rules */
	const char *source;
	pcre2_code *code; /* NULL: not compiled yet, or broken */
	unsigned sets;	  /* of words that it needs, 1 or 2 */
	bool broken;
};

struct word {
	const char *text;
	uint32_t length;
	int32_t next;  /* in its bucket, or NOTHING */
	int32_t needs; /* the first pattern that needs it, or NOTHING */
};

/* A pattern that needs a word, for its set 0 or 1. */
struct need {
	uint32_t pattern, set;
	int32_t next; /* of the same word, or NOTHING */
};

struct text_rules {
	const struct rules *rules;
	struct pattern *patterns;
	size_t pattern_count;
	struct pattern *conditions; /* also, unless and marks of all rules, in this order within a rule */
	size_t condition_count;
	uint32_t *first_condition; /* of each rule */
	struct word *words;
	size_t word_count, word_capacity;
	struct need *needs;
	size_t need_count, need_capacity;
	char *letters; /* of all words */
	size_t letters_length;
	uint64_t *marks[2]; /* for each set a bit a pattern: the text has a word of it */
	uint64_t *always;   /* a bit for each pattern that needs no word */
	size_t mark_count;
	size_t first_general, first_hint, first_advice; /* patterns from here on are of that level */
	pcre2_match_context *limits;
	pcre2_match_data *match;
	struct reply_text text; /* scratch */
	int32_t buckets[BUCKETS];
};

/* ---- building ---- */

static size_t bucket_of(const char *text)
{
	uint32_t key = (uint32_t)(uint8_t)text[0] << 16 | (uint32_t)(uint8_t)text[1] << 8 | (uint8_t)text[2];

	return key * 2654435761u >> 18 & (BUCKETS - 1);
}

/* Makes room for one more in an array of |size| bytes an element. */
static void *reserve(void *array, size_t count, size_t *capacity, size_t size)
{
	size_t larger = *capacity ? 2 * *capacity : 2048;
	void *moved;

	if (count < *capacity)
		return array;
	moved = realloc(array, larger * size);
	if (moved)
		*capacity = larger;
	return moved;
}

/* Finds the word, or adds it. Returns NOTHING if memory is short. */
static int32_t word_of(struct text_rules *e, const char *text, uint32_t length)
{
	size_t bucket = bucket_of(text);
	struct word *words;

	for (int32_t w = e->buckets[bucket]; w != NOTHING; w = e->words[w].next)
		if (e->words[w].length == length && memcmp(e->words[w].text, text, length) == 0)
			return w;
	words = reserve(e->words, e->word_count, &e->word_capacity, sizeof *words);
	if (!words)
		return NOTHING;
	e->words = words;
	memcpy(e->letters + e->letters_length, text, length);
	words[e->word_count] = (struct word){ .text = e->letters + e->letters_length,
					      .length = length,
					      .next = e->buckets[bucket],
					      .needs = NOTHING };
	e->letters_length += length;
	e->buckets[bucket] = (int32_t)e->word_count++;
	return e->buckets[bucket];
}

static bool add_need(struct text_rules *e, uint32_t pattern, uint32_t set, const char *text, uint32_t length)
{
	struct need *needs = reserve(e->needs, e->need_count, &e->need_capacity, sizeof *needs);
	int32_t word;

	if (!needs)
		return false;
	e->needs = needs;
	word = word_of(e, text, length);
	if (word == NOTHING)
		return false;
	needs[e->need_count] = (struct need){ .pattern = pattern, .set = set, .next = e->words[word].needs };
	e->words[word].needs = (int32_t)e->need_count++;
	return true;
}

/* The pattern needs no word; it is tried on every reply that its rule is for. */
static void set_always(struct text_rules *e, uint32_t pattern)
{
	e->always[pattern / 64] |= UINT64_C(1) << (pattern % 64);
	e->patterns[pattern].sets = 1;
}

static bool add_words(struct text_rules *e, uint32_t pattern)
{
	struct pattern_words found;

	if (!pattern_words_find(&found, e->patterns[pattern].source)) {
		set_always(e, pattern); /* rules_load accepts such patterns only in rules of the level "advice" */
		return true;
	}
	e->patterns[pattern].sets = (unsigned)found.count;
	for (uint32_t set = 0; set < found.count; set++)
		for (size_t i = 0; i < found.sets[set].count; i++)
			if (!add_need(e, pattern, set, found.sets[set].words[i], found.sets[set].length[i]))
				return false;
	return true;
}

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
static bool add_patterns(struct text_rules *e, uint32_t rule)
{
	const char *const *p = e->rules->texts[rule].patterns;

	if (!*p) {
		e->patterns[e->pattern_count] = (struct pattern){ .rule = rule, .source = "" };
		set_always(e, (uint32_t)e->pattern_count++);
	}
	for (; *p; p++) {
		e->patterns[e->pattern_count] = (struct pattern){ .rule = rule, .source = *p };
		if (!add_words(e, (uint32_t)e->pattern_count++))
			return false;
	}
	return true;
}

static bool build(struct text_rules *e)
{
	const struct rules *r = e->rules;
	size_t count = 0, letters = 0;

	for (size_t i = 0; i < r->text_count; i++) {
		for (const char *const *p = r->texts[i].patterns; *p; p++)
			letters += strlen(*p); /* words are parts of patterns */
		count += 1 + list_count(r->texts[i].patterns);
	}
	for (size_t i = 0; i < BUCKETS; i++)
		e->buckets[i] = NOTHING;
	e->mark_count = count / 64 + 1;
	e->patterns = calloc(count + 1, sizeof *e->patterns);
	e->letters = malloc(letters + 1);
	e->marks[0] = calloc(e->mark_count, sizeof *e->marks[0]);
	e->marks[1] = calloc(e->mark_count, sizeof *e->marks[1]);
	e->always = calloc(e->mark_count, sizeof *e->always);
	if (!e->patterns || !e->letters || !e->marks[0] || !e->marks[1] || !e->always || !build_conditions(e))
		return false;
	for (size_t i = 0; i < r->text_count; i++) {
		if (!add_patterns(e, (uint32_t)i))
			return false;
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
	if (!e->limits || !e->match || !build(e)) {
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
	free(e->words);
	free(e->letters);
	free(e->needs);
	free(e->marks[0]);
	free(e->marks[1]);
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
	if (p->code)
		(void)pcre2_jit_compile(
		    p->code, PCRE2_JIT_COMPLETE); /* without the JIT, PCRE2 interprets the pattern */
	return p->code;
}

void text_rules_compile(struct text_rules *e)
{
	for (size_t i = 0; i < e->pattern_count; i++)
		compile(&e->patterns[i]);
	for (size_t i = 0; i < e->condition_count; i++)
		compile(&e->conditions[i]);
}

/* ---- matching ---- */

static void mark_needs(struct text_rules *e, const struct word *word)
{
	for (int32_t n = word->needs; n != NOTHING; n = e->needs[n].next) {
		const struct need *need = &e->needs[n];

		e->marks[need->set][need->pattern / 64] |= UINT64_C(1) << (need->pattern % 64);
	}
}

/* Marks the patterns whose words the text holds. */
static void mark_patterns(struct text_rules *e, struct span text)
{
	memcpy(e->marks[0], e->always, e->mark_count * sizeof *e->marks[0]);
	memset(e->marks[1], 0, e->mark_count * sizeof *e->marks[1]);
	for (size_t i = 0; i + PATTERN_WORD_LEAST <= text.length; i++) {
		const char *at = (const char *)text.at + i;

		for (int32_t w = e->buckets[bucket_of(at)]; w != NOTHING; w = e->words[w].next) {
			const struct word *word = &e->words[w];

			/* Most words with the same first three letters differ in the fourth. */
			if (word->length > text.length - i || (word->length > 3 && word->text[3] != at[3]))
				continue;
			if (memcmp(word->text, at, word->length) == 0)
				mark_needs(e, word);
		}
	}
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
	return compile(p) && pcre2_match(p->code, text.at, text.length, 0, 0, e->match, e->limits) >= 0;
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

			if (at < from || at >= to || (p->sets > 1 && !(e->marks[1][i] >> (at % 64) & 1)))
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
	rule = first_match(e, plain, 0, e->first_general, question, NULL);
	if (rule)
		return rule;
	mark_patterns(e, masked);
	return first_match(e, masked, e->first_general, hints ? e->first_advice : e->first_hint, question,
			   NULL);
}

/* The rule that says more about the prepared text, whose cause is |cause|. */
static const struct rule_text *advice_rule(struct text_rules *e, const char *question, const char *cause)
{
	struct span masked = span_of(e->text.masked, e->text.masked_length);

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
	reply_text_lines(&e->text, code, lines, count);
	return decide(e, question);
}

struct reply_cause text_rules_classify_text(struct text_rules *e, const char *question, struct span text)
{
	if (!reply_text_whole(&e->text, text))
		return (struct reply_cause){ .cause = NULL };
	return decide(e, question);
}

/* ---- examples ---- */

struct test_run {
	struct text_rules *engine;
	rules_fault *fault;
	void *context;
	size_t count, failed;
};

static void try_examples(struct test_run *t, const struct rule_text *r, const char *const *examples, bool hit)
{
	for (; *examples; examples++) {
		struct reply_cause c =
		    text_rules_classify_text(t->engine, r->questions[0], span_text(*examples));
		const char *decider = r->level == RULE_ADVICE ? c.advice : c.rule;
		bool decided = decider && strcmp(decider, r->id) == 0;
		char text[400];

		t->count++;
		if (decided == hit)
			continue;
		t->failed++;
		snprintf(text, sizeof text, "%s of %s is decided by %s (%s): %.200s", hit ? "hit" : "miss",
			 r->id,
			 decider  ? decider
			 : c.rule ? c.rule
				  : "no rule",
			 c.cause ? c.cause : "none", *examples);
		t->fault(t->context, r->family, 0, text);
	}
}

size_t text_rules_test(const struct rules *rules, rules_fault *fault, void *context, size_t *failed)
{
	struct test_run t = { .engine = text_rules_create(rules), .fault = fault, .context = context };

	for (size_t i = 0; t.engine && i < rules->text_count; i++) {
		try_examples(&t, &rules->texts[i], rules->texts[i].hits, true);
		try_examples(&t, &rules->texts[i], rules->texts[i].misses, false);
	}
	if (!t.engine) {
		fault(context, "rules", 0, "out of memory");
		t.failed++;
	}
	text_rules_destroy(t.engine);
	*failed = t.failed;
	return t.count;
}
