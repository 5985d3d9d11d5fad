/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text_rules: what the server meant. Finds the cause of a refusal from its text, else from its codes, and reports which rule
 * decided. Order: the words of a provider, words in general, the enhanced code together with what it answers, vague words,
 * the basic code together with what it answers, "unspecified". Where the deciding rule has no advice of its own, the first
 * rule of the level "advice" that has the cause and matches gives it, else the entry of the finding "delivery-failed".
 */
#ifndef SMTPSCOPE_TEXT_RULES_H
#define SMTPSCOPE_TEXT_RULES_H

#include "rules.h"
#include "span.h"

struct text_rules;

/* Strings live as long as the set of rules. */
struct reply_cause {
	const char *cause; /* NULL only for codes below 400 */
	const char *rule;  /* id of the text rule that decided; NULL if the codes did, or nothing */
	enum certainty certainty;
	const char *advice; /* id of the rule of the level "advice" that gives what follows; NULL: none */
	const char *title;  /* of the cause; NULL where the rules have no finding for it */
	enum responsible responsible;
	enum retry retry;
	const char *detail;  /* the reason within the cause, one sentence; NULL: not known */
	const char *meaning; /* begins with |detail|; NULL: no rule says more than the cause does */
	const char *fix;     /* what to do; NULL only where |title| is */
	const char *url;     /* where to read on; NULL: nowhere */
};

/* An engine for |rules|, which must outlive it. Compiles patterns when they are first needed. Returns NULL if memory is short. */
struct text_rules *text_rules_create(const struct rules *rules);
void text_rules_destroy(struct text_rules *e);
/* Compiles all patterns now, for callers that give up the right to map executable pages. */
void text_rules_compile(struct text_rules *e);

/*
 * The cause of a reply with |code| and the texts |lines| (without codes and line ends; the first may begin with an enhanced code).
 * |question| as in rules.h; NULL if it is not known. Looks at the first REPLY_TEXT_MOST bytes only, in bounded time. Uses scratch memory
 * of the engine, so only one thread at a time may call it.
 */
struct reply_cause text_rules_classify(struct text_rules *e, unsigned code, const char *question,
				       const struct span *lines, size_t count);
/* The same for a whole reply as text: lines separated by LF, each with its code. */
struct reply_cause text_rules_classify_text(struct text_rules *e, const char *question, struct span text);

/*
 * Tries all examples of the rules for texts. Calls |fault| with the family of the rule as file and line 0 for each example that fails.
 * Returns the number of examples; stores in |*failed| how many of them fail.
 */
size_t text_rules_test(const struct rules *rules, rules_fault *fault, void *context, size_t *failed);

#endif
