/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the rules for texts. Input: one byte that selects the command, then a reply as text. Checks that a
 * refusal has a cause and other replies have none, that the result is the same each time, and that the table
 * of words hides no rule: trying every pattern in turn gives the same rule.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "pattern_words.h"
#include "reply_text.h"
#include "text_rules.h"

#include <pcre2.h>
#include <stdlib.h>

enum { PATTERNS_MAX = 4096 };

struct setting {
	struct text_rules *engine;
	pcre2_code *codes[PATTERNS_MAX];
	pcre2_match_data *match;
	struct reply_text text;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct setting *setting(void)
{
	static struct setting *s;
	const struct rules *r = rules_builtin();
	size_t count = 0;
	int error;
	PCRE2_SIZE offset;

	if (s)
		return s;
	s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->engine = text_rules_create(r);
	s->match = pcre2_match_data_create(1, NULL);
	for (size_t i = 0; i < r->text_count; i++)
		for (const char *const *p = r->texts[i].patterns; *p && count < PATTERNS_MAX; p++)
			s->codes[count++] = pcre2_compile((PCRE2_SPTR)*p, PCRE2_ZERO_TERMINATED,
							  TEXT_PATTERN_OPTIONS, &error, &offset, NULL);
	if (!s->engine || !s->match || count == PATTERNS_MAX)
		abort();
	return s;
}

static bool is_for(const struct rule_text *r, const struct reply_text *t, const char *question)
{
	bool code_fits = !r->codes[0], question_fits = !r->questions[0], enhanced_fits = !r->enhanced[0];
	unsigned code = t->code;

	for (const unsigned *k = r->enhanced; t->has_enhanced && *k; k++)
		for (unsigned i = 0; i < 4; i++)
			enhanced_fits |= *k == rule_enhanced_key(i & 1 ? 0 : t->class, t->subject,
								 i & 2 ? RULE_ANY_DETAIL : t->detail);

	for (const unsigned *c = r->codes; *c; c++)
		code_fits |= *c == code || *c == code / 100;
	for (const char *const *q = r->questions; *q; q++)
		question_fits |= question && strcmp(*q, question) == 0;
	return code_fits && question_fits && enhanced_fits;
}

/* Returns whether a pattern of the rule matches; -1 if one gave up, which gives no result. */
static int matches(struct setting *s, const struct rule_text *r, size_t first)
{
	const struct reply_text *t = &s->text;
	bool plain = r->level == RULE_PROVIDER;
	int answer = 0;

	for (size_t i = 0; r->patterns[i]; i++) {
		int n = pcre2_match(s->codes[first + i], (PCRE2_SPTR)(plain ? t->plain : t->masked),
				    plain ? t->plain_length : t->masked_length, 0, 0, s->match, NULL);

		if (n >= 0)
			return 1;
		if (n != PCRE2_ERROR_NOMATCH)
			answer = -1;
	}
	return answer;
}

/* Returns whether the pattern matches; -1 if it gave up. */
static int matches_one(struct setting *s, const char *pattern, bool plain)
{
	const struct reply_text *t = &s->text;
	int error, n;
	PCRE2_SIZE offset;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, TEXT_PATTERN_OPTIONS,
					 &error, &offset, NULL);

	n = pcre2_match(code, (PCRE2_SPTR)(plain ? t->plain : t->masked),
			plain ? t->plain_length : t->masked_length, 0, 0, s->match, NULL);
	pcre2_code_free(code);
	return n >= 0 ? 1 : n == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

/* Returns whether the conditions of a rule hold, whose patterns match; -1 if one gave up. */
static int conditions(struct setting *s, const struct rule_text *r)
{
	bool plain = r->level == RULE_PROVIDER;
	int answer = 1, marked = !*r->marks;

	for (const char *const *p = r->also; *p && answer == 1; p++)
		answer = matches_one(s, *p, plain);
	for (const char *const *p = r->unless; *p && answer == 1; p++) {
		int n = matches_one(s, *p, plain);

		answer = n < 0 ? n : !n;
	}
	for (const char *const *p = r->marks; *p && marked == 0; p++)
		marked = matches_one(s, *p, true);
	return answer == 1 ? marked : answer;
}

/* Tries every pattern in turn. */
static void check_without_table(struct setting *s, const char *question, const struct reply_cause *c, bool hints)
{
	const struct rules *r = rules_builtin();
	size_t first = 0;

	for (size_t i = 0; i < r->text_count; i++) {
		const struct rule_text *rule = &r->texts[i];
		bool asked = is_for(rule, &s->text, question) && rule->level != RULE_ADVICE &&
			     (rule->level != RULE_HINT || hints);
		int match = asked ? matches(s, rule, first) : 0;

		if (match > 0)
			match = conditions(s, rule);
		if (match < 0 || (match > 0 && c->rule == rule->id))
			return;
		if (match > 0)
			abort(); /* an earlier rule matches the text */
		for (size_t k = 0; rule->patterns[k]; k++)
			first++;
	}
	if (c->rule)
		abort(); /* no rule matches it */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const questions[] = { NULL,		"RCPT", "MAIL", "connect",
						 "end-of-data", "DATA", "AUTH", "EHLO" };
	struct setting *s = setting();
	const char *question = size ? questions[data[0] % 8] : NULL;
	struct span text = span_from(span_of(data, size), 1);
	struct reply_cause c = text_rules_classify_text(s->engine, question, text);
	struct reply_cause again = text_rules_classify_text(s->engine, question, text);
	bool refusal = reply_text_whole(&s->text, text) && s->text.code >= 400 && s->text.code < 600;
	const struct rule_enhanced *entry;

	if (refusal != (c.cause != NULL) || c.cause != again.cause || c.rule != again.rule)
		abort();
	if (s->text.plain_length > REPLY_TEXT_MOST || s->text.masked_length > REPLY_TEXT_MOST)
		abort();
	if (!refusal)
		return 0;
	entry = s->text.has_enhanced
		    ? rules_enhanced(rules_builtin(), s->text.class, s->text.subject, s->text.detail, question)
		    : NULL;
	check_without_table(s, question, &c, !entry || !entry->cause);
	return 0;
}
