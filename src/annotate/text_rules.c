/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each pattern needs one of some words in the text (pattern_words.h). The words of all patterns stand in a table by their
 * first three bytes; one walk over the text marks the patterns that can match, and only these are tried, in the order of
 * the rules.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "text_rules.h"
#include "pattern_words.h"
#include "reply_text.h"
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BUCKETS = 8192,
	MATCH_LIMIT = 20000, /* steps of one pattern on one text */
	DEPTH_LIMIT = 2000,
	HEAP_LIMIT = 2048, /* KiB */
	NOTHING = -1,
};

struct pattern {
	uint32_t rule; /* index in the set; patterns stand in the order of rules */
	const char *source;
	pcre2_code *code; /* NULL: not compiled yet, or broken */
	bool broken;
};

struct word {
	const char *text;
	uint32_t length, pattern;
	int32_t next; /* in its bucket, or NOTHING */
};

struct text_rules {
	const struct rules *rules;
	struct pattern *patterns;
	size_t pattern_count;
	struct word *words;
	size_t word_count, word_capacity;
	char *letters; /* of all words */
	size_t letters_length, letters_capacity;
	uint64_t *marks; /* a bit a pattern: may match */
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

	return key * 2654435761u >> 19 & (BUCKETS - 1);
}

/* Makes room for one more word of |length| letters. */
static bool reserve_word(struct text_rules *e, size_t length)
{
	if (e->word_count == e->word_capacity) {
		size_t capacity = e->word_capacity ? 2 * e->word_capacity : 4096;
		struct word *words = realloc(e->words, capacity * sizeof *words);

		if (!words)
			return false;
		e->words = words;
		e->word_capacity = capacity;
	}
	if (e->letters_capacity - e->letters_length < length) {
		size_t capacity = e->letters_capacity ? 2 * e->letters_capacity : 65536;
		char *letters = realloc(e->letters, capacity);

		if (!letters)
			return false;
		e->letters = letters;
		e->letters_capacity = capacity;
	}
	return true;
}

static bool add_words(struct text_rules *e, uint32_t pattern)
{
	struct pattern_words found;

	if (!pattern_words_find(&found, e->patterns[pattern].source)) {
		e->patterns[pattern].broken = true; /* rules_load does not let these in */
		return true;
	}
	for (size_t i = 0; i < found.count; i++) {
		if (!reserve_word(e, found.length[i]))
			return false;
		memcpy(e->letters + e->letters_length, found.words[i], found.length[i]);
		e->words[e->word_count++] = (struct word){ .length = found.length[i], .pattern = pattern };
		e->letters_length += found.length[i];
	}
	return true;
}

/* The letters stay where they are from now on: words can point at them. */
static void fill_buckets(struct text_rules *e)
{
	const char *letters = e->letters;

	for (size_t i = 0; i < BUCKETS; i++)
		e->buckets[i] = NOTHING;
	for (size_t i = 0; i < e->word_count; i++) {
		size_t bucket;

		e->words[i].text = letters;
		letters += e->words[i].length;
		bucket = bucket_of(e->words[i].text);
		e->words[i].next = e->buckets[bucket];
		e->buckets[bucket] = (int32_t)i;
	}
}

static bool build(struct text_rules *e)
{
	const struct rules *r = e->rules;
	size_t count = 0;

	for (size_t i = 0; i < r->text_count; i++)
		for (const char *const *p = r->texts[i].patterns; *p; p++)
			count++;
	e->patterns = calloc(count + 1, sizeof *e->patterns);
	e->mark_count = count / 64 + 1;
	e->marks = calloc(e->mark_count, sizeof *e->marks);
	if (!e->patterns || !e->marks)
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
	fill_buckets(e);
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
	free(e->marks);
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

/* Marks the patterns in [from, to) that have a word in |text|. */
static void mark_patterns(struct text_rules *e, struct span text, size_t from, size_t to)
{
	for (size_t i = 0; i + PATTERN_WORD_LEAST <= text.length; i++) {
		const char *at = (const char *)text.at + i;

		for (int32_t w = e->buckets[bucket_of(at)]; w != NOTHING; w = e->words[w].next) {
			const struct word *word = &e->words[w];

			if (word->pattern >= from && word->pattern < to && word->length <= text.length - i &&
			    memcmp(word->text, at, word->length) == 0)
				e->marks[word->pattern / 64] |= UINT64_C(1) << (word->pattern % 64);
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

/* The first rule that decides among the patterns in [from, to), all of one level or two that see the same text. */
static const struct rule_text *first_match(struct text_rules *e, size_t from, size_t to, const char *question)
{
	const struct rule_text *texts = e->rules->texts;
	struct span text;

	if (from == to)
		return NULL;
	text = texts[e->patterns[from].rule].level == RULE_PROVIDER
		   ? span_of(e->text.plain, e->text.plain_length)
		   : span_of(e->text.masked, e->text.masked_length);
	memset(e->marks, 0, e->mark_count * sizeof *e->marks);
	mark_patterns(e, text, from, to);
	for (size_t i = from / 64; i < e->mark_count && i * 64 < to; i++) {
		while (e->marks[i]) {
			unsigned bit = (unsigned)__builtin_ctzll(e->marks[i]);
			struct pattern *p = &e->patterns[i * 64 + bit];

			e->marks[i] &= e->marks[i] - 1;
			if (is_for(&texts[p->rule], e->text.code, question) && matches(e, p, text))
				return &texts[p->rule];
		}
	}
	return NULL;
}

/* ---- the answer ---- */

static const struct cause_facts {
	const char *cause;
	enum blame blame;
	bool passes; /* goes by itself even where the code says "permanent" */
} cause_facts[] = {
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
	rule = first_match(e, 0, e->first_general, question);
	if (!rule)
		rule = first_match(e, e->first_general, e->first_hint, question);
	if (!rule && !has_enhanced_cause(e, question))
		rule = first_match(e, e->first_hint, e->pattern_count, question);
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
