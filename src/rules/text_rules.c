/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each pattern needs one of some words in the text, or one of each of two sets (pattern_words.h). The words of all patterns
 * stand in a table by their first three bytes, each once; one walk over the text marks the patterns that can match, and only
 * these are tried, in the order of the rules.
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
	uint32_t rule; /* index in the set; patterns stand in the order of rules */
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
	struct word *words;
	size_t word_count, word_capacity;
	struct need *needs;
	size_t need_count, need_capacity;
	char *letters; /* of all words */
	size_t letters_length;
	uint64_t *marks[2]; /* for each set a bit a pattern: the text has a word of it */
	size_t mark_count;
	size_t first_general, first_hint; /* patterns from here on are of that level */
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

/* The word, added where it is new; NOTHING where memory is short. Its letters live with the set of rules or with |e|. */
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

static bool add_words(struct text_rules *e, uint32_t pattern)
{
	struct pattern_words found;

	if (!pattern_words_find(&found, e->patterns[pattern].source))
		e->patterns[pattern].broken = true; /* rules_load does not let these in */
	e->patterns[pattern].sets = (unsigned)found.count;
	for (uint32_t set = 0; set < found.count; set++)
		for (size_t i = 0; i < found.sets[set].count; i++)
			if (!add_need(e, pattern, set, found.sets[set].words[i], found.sets[set].length[i]))
				return false;
	return true;
}

static bool build(struct text_rules *e)
{
	const struct rules *r = e->rules;
	size_t count = 0, letters = 0;

	for (size_t i = 0; i < r->text_count; i++) {
		for (const char *const *p = r->texts[i].patterns; *p; p++) {
			letters += strlen(*p); /* words are parts of patterns */
			count++;
		}
	}
	for (size_t i = 0; i < BUCKETS; i++)
		e->buckets[i] = NOTHING;
	e->mark_count = count / 64 + 1;
	e->patterns = calloc(count + 1, sizeof *e->patterns);
	e->letters = malloc(letters + 1);
	e->marks[0] = calloc(e->mark_count, sizeof *e->marks[0]);
	e->marks[1] = calloc(e->mark_count, sizeof *e->marks[1]);
	if (!e->patterns || !e->letters || !e->marks[0] || !e->marks[1])
		return false;
	for (size_t i = 0; i < r->text_count; i++) {
		for (const char *const *p = r->texts[i].patterns; *p; p++) {
			e->patterns[e->pattern_count] = (struct pattern){ .rule = (uint32_t)i, .source = *p };
			if (!add_words(e, (uint32_t)e->pattern_count++))
				return false;
		}
		if (r->texts[i].level < RULE_GENERAL)
			e->first_general = e->pattern_count;
		if (r->texts[i].level < RULE_HINT)
			e->first_hint = e->pattern_count;
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
	pcre2_match_data_free(e->match);
	pcre2_match_context_free(e->limits);
	free(e->patterns);
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
		(void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE); /* without JIT the interpreter serves */
	return p->code;
}

void text_rules_compile(struct text_rules *e)
{
	for (size_t i = 0; i < e->pattern_count; i++)
		compile(&e->patterns[i]);
}

/* ---- matching ---- */

static void mark_needs(struct text_rules *e, const struct word *word)
{
	for (int32_t n = word->needs; n != NOTHING; n = e->needs[n].next) {
		const struct need *need = &e->needs[n];

		e->marks[need->set][need->pattern / 64] |= UINT64_C(1) << (need->pattern % 64);
	}
}

/* Marks what the text has words for. */
static void mark_patterns(struct text_rules *e, struct span text)
{
	memset(e->marks[0], 0, e->mark_count * sizeof *e->marks[0]);
	memset(e->marks[1], 0, e->mark_count * sizeof *e->marks[1]);
	for (size_t i = 0; i + PATTERN_WORD_LEAST <= text.length; i++) {
		const char *at = (const char *)text.at + i;

		for (int32_t w = e->buckets[bucket_of(at)]; w != NOTHING; w = e->words[w].next) {
			const struct word *word = &e->words[w];

			/* The fourth letter tells most words with the same beginning apart. */
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

static bool is_for(const struct rule_text *r, unsigned code, const char *question)
{
	const unsigned *c = r->codes;

	while (*c && *c != code && *c != code / 100)
		c++;
	return (*c || !r->codes[0]) && listed(r->questions, question);
}

static bool matches(struct text_rules *e, struct pattern *p, struct span text)
{
	return compile(p) && pcre2_match(p->code, text.at, text.length, 0, 0, e->match, e->limits) >= 0;
}

/* The first rule that decides |text|, whose marks are set, among the patterns in [from, to). */
static const struct rule_text *first_match(struct text_rules *e, struct span text, size_t from, size_t to,
					   const char *question)
{
	const struct rule_text *texts = e->rules->texts;

	for (size_t i = from / 64; i < e->mark_count && i * 64 < to; i++) {
		for (uint64_t left = e->marks[0][i]; left; left &= left - 1) {
			size_t at = i * 64 + (unsigned)__builtin_ctzll(left);
			struct pattern *p = &e->patterns[at];

			if (at < from || at >= to || (p->sets > 1 && !(e->marks[1][i] >> (at % 64) & 1)))
				continue;
			if (is_for(&texts[p->rule], e->text.code, question) && matches(e, p, text))
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
	rule = first_match(e, plain, 0, e->first_general, question);
	if (rule)
		return rule;
	mark_patterns(e, masked);
	return first_match(e, masked, e->first_general, hints ? e->pattern_count : e->first_hint, question);
}

/* ---- the answer ---- */

struct cause_fact {
	const char *cause;
	enum blame blame;
	bool passes; /* goes by itself even where the code says "permanent" */
};

static const struct cause_fact cause_facts[] = {
	{ "user-unknown", BLAME_SENDER, false },
	{ "mailbox-disabled", BLAME_RECIPIENT, false },
	{ "mailbox-full", BLAME_RECIPIENT, true },
	{ "moved", BLAME_RECIPIENT, false },
	{ "recipient-restricted", BLAME_RECIPIENT, false },
	{ "domain-not-found", BLAME_SENDER, false },
	{ "host-not-accepting", BLAME_RECEIVER, false },
	{ "relay-denied", BLAME_SENDER, false },
	{ "sender-rejected", BLAME_SENDER, false },
	{ "sender-auth-fail", BLAME_SENDER, false },
	{ "blocklisted", BLAME_SENDER, false },
	{ "ptr-helo", BLAME_SENDER, false },
	{ "smtp-auth", BLAME_SENDER, false },
	{ "tls", BLAME_SENDER, false },
	{ "content-spam", BLAME_SENDER, false },
	{ "content-virus", BLAME_SENDER, false },
	{ "message-format", BLAME_SENDER, false },
	{ "message-too-large", BLAME_SENDER, false },
	{ "too-many-recipients", BLAME_SENDER, false },
	{ "rate-limited", BLAME_SENDER, true },
	{ "greylisted", BLAME_POLICY, true },
	{ "policy", BLAME_POLICY, false },
	{ "system-error", BLAME_RECEIVER, true },
	{ "network", BLAME_NETWORK, true },
	{ "expired", BLAME_NETWORK, false },
	{ "loop", BLAME_RECEIVER, false },
	{ "protocol-error", BLAME_SENDER, false },
};

static void add_facts(struct reply_cause *c, unsigned code)
{
	c->blame = BLAME_NOBODY;
	c->temporary = code / 100 == 4;
	for (size_t i = 0; i < sizeof cause_facts / sizeof *cause_facts; i++) {
		if (strcmp(cause_facts[i].cause, c->cause) != 0)
			continue;
		c->blame = cause_facts[i].blame;
		c->temporary |= cause_facts[i].passes;
	}
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
	const struct rule_text *rule;

	if (e->text.code < 400 || e->text.code > 599)
		return c;
	rule = text_rule(e, question, !has_enhanced_cause(e, question));
	if (rule) {
		c = (struct reply_cause){ .cause = rule->cause,
					  .rule = rule->id,
					  .certainty = rule->certainty,
					  .meaning = rule->meaning,
					  .fix = rule->fix,
					  .link = rule->link };
	} else {
		c.cause = code_cause(e, true, question);
		if (has_enhanced_cause(e, question))
			c.certainty = CERTAINTY_LIKELY;
	}
	add_facts(&c, e->text.code);
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

const char *blame_words(enum blame blame)
{
	static const char *const words[] = {
		"the sender",
		"the recipient",
		"the receiving system",
		"the network",
		"a policy of the receiver",
		"nobody in particular",
	};

	return words[blame];
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
		bool decided = c.rule && strcmp(c.rule, r->id) == 0;
		char text[400];

		t->count++;
		if (decided == hit)
			continue;
		t->failed++;
		snprintf(text, sizeof text, "%s of %s is decided by %s (%s): %.200s", hit ? "hit" : "miss",
			 r->id, c.rule ? c.rule : "no rule", c.cause ? c.cause : "none", *examples);
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
