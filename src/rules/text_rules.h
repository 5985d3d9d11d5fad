/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text_rules: what the server meant. Finds the cause of a refusal from its text, else from its codes, and reports which rule
 * decided. Order: the words of a provider, words in general, the enhanced code together with what it answers, vague words,
 * the basic code together with what it answers, "unspecified". Where the deciding rule has no advice of its own, the first
 * rule of the level "advice" that has the cause and matches gives it, else the entry of the finding "delivery-failed".
 */
#ifndef SMTPSCOPE_TEXT_RULES_H
#define SMTPSCOPE_TEXT_RULES_H

#include "reply_cause.h"
#include "rules.h"
#include "span.h"

struct text_rules;

/*
 * An engine for |rules|, which must outlive it. It compiles patterns when they are first needed, translates those that are often tried
 * into machine code where the process may map executable pages, and remembers the last answers (recall.h). Returns NULL if memory is
 * short.
 */
struct text_rules *text_rules_create(const struct rules *rules);
void text_rules_destroy(struct text_rules *e);
/*
 * Compiles all patterns now and translates them into machine code, so that what a call costs does not depend on those before it. It takes
 * a tenth of a second, so only measurements do it.
 */
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

typedef void text_rules_visit(void *context, const struct rule_text *rule);
/*
 * Calls |visit| for each rule that matches the whole reply |text|, in the order in which they are asked, not only for the one that
 * decides. |question| NULL: rules for any question. Rules of the level "advice" are left out.
 */
void text_rules_each_match(struct text_rules *e, const char *question, struct span text,
			   text_rules_visit *visit, void *context);

#endif
