/* SPDX-License-Identifier: BSD-2-Clause */
#include "rule_tests.h"
#include "text_rules.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct test_run {
	struct text_rules *engine;
	rules_fault *fault;
	void *context;
	size_t count, failed;
	/* The text being tried, and who gave it: a rule or a control. */
	const char *text;
	const struct rule_text *rule;
	const struct rule_control *control;
	unsigned language;
};

static void __attribute__((format(printf, 3, 4)))
report(struct test_run *t, const char *family, const char *format, ...)
{
	va_list arguments;
	char text[500];

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	t->failed++;
	t->fault(t->context, family, 0, text);
}

/* ---- examples ---- */

static void try_examples(struct test_run *t, const struct rule_text *r, const char *const *examples, bool hit)
{
	for (; *examples; examples++) {
		struct reply_cause c =
		    text_rules_classify_text(t->engine, r->questions[0], span_text(*examples));
		const char *decider = r->level == RULE_ADVICE ? c.advice : c.rule;
		bool decided = decider && strcmp(decider, r->id) == 0;
		const char *other = c.rule ? c.rule : "no rule";

		t->count++;
		if (decided != hit)
			report(t, r->family, "%s of %s is decided by %s (%s): %.200s", hit ? "hit" : "miss",
			       r->id, decider ? decider : other, c.cause ? c.cause : "none", *examples);
	}
}

/* ---- rules on the texts of others ---- */

static unsigned language_of(const char *two_letters)
{
	return (unsigned)(uint8_t)two_letters[0] << 8 | (uint8_t)two_letters[1];
}

/* The language of a rule by its id ("it-relay": "it"); 0 for the rules of providers. */
static unsigned rule_language(const struct rule_text *r)
{
	return r->id[0] && r->id[1] && r->id[2] == '-' && r->level != RULE_PROVIDER ? language_of(r->id) : 0;
}

static void match_of_hit(void *context, const struct rule_text *other)
{
	struct test_run *t = context;
	unsigned language = rule_language(other);

	if (language && language != t->language && strcmp(other->cause, t->rule->cause) != 0)
		report(t, other->family,
		       "%s (%s) matches a text of another language and cause, the hit of %s (%s): %.200s",
		       other->id, other->cause, t->rule->id, t->rule->cause, t->text);
}

static void match_of_control(void *context, const struct rule_text *other)
{
	struct test_run *t = context;
	unsigned language = rule_language(other);

	if (other->level == RULE_PROVIDER)
		report(t, other->family,
		       "%s is for one provider and matches an ordinary text, the control %s: %.200s",
		       other->id, t->control->name, t->text);
	else if (language && language != t->language)
		report(t, other->family, "%s matches a text of another language, the control %s: %.200s",
		       other->id, t->control->name, t->text);
}

static void try_hits(struct test_run *t, const struct rule_text *r)
{
	t->rule = r;
	t->language = rule_language(r);
	for (const char *const *hit = r->hits; *hit && t->language && r->level != RULE_ADVICE; hit++) {
		t->text = *hit;
		text_rules_each_match(t->engine, r->questions[0], span_text(*hit), match_of_hit, t);
	}
}

static void try_control(struct test_run *t, const struct rule_control *c)
{
	t->control = c;
	t->language = language_of(c->language);
	for (const char *const *reply = c->replies; *reply; reply++) {
		t->text = *reply;
		t->count++;
		text_rules_each_match(t->engine, NULL, span_text(*reply), match_of_control, t);
	}
}

size_t rule_tests_run(const struct rules *rules, rules_fault *fault, void *context, size_t *failed)
{
	struct test_run t = { .engine = text_rules_create(rules), .fault = fault, .context = context };

	for (size_t i = 0; t.engine && i < rules->text_count; i++) {
		try_examples(&t, &rules->texts[i], rules->texts[i].hits, true);
		try_examples(&t, &rules->texts[i], rules->texts[i].misses, false);
		try_hits(&t, &rules->texts[i]);
	}
	for (size_t i = 0; t.engine && i < rules->control_count; i++)
		try_control(&t, &rules->controls[i]);
	if (!t.engine) {
		fault(context, "rules", 0, "out of memory");
		t.failed++;
	}
	text_rules_destroy(t.engine);
	*failed = t.failed;
	return t.count;
}
