/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explanation: everything that explain says about one code, reply or status, worked out once. The page and the JSON record are both
 * written from it, so they cannot differ.
 */
#ifndef SMTPSCOPE_EXPLANATION_H
#define SMTPSCOPE_EXPLANATION_H

#include "meaning.h"
#include "text_rules.h"

struct explanation {
	struct meaning meaning;
	struct reply_cause cause; /* cause NULL: not a refusal, or nothing is known */
	bool whole;		  /* there is a text behind the codes, or a text without them */
	struct buf reply;    /* what is explained; replies that a log joined into one line are lines again */
	struct buf in_short; /* the meaning: of the rule that decided, else of the codes */
	struct buf code_meaning, reference;
	struct buf recipient; /* the address in angle brackets that the reply names first */
	const char *fix;      /* of the rule that decided, else of the codes; may be NULL */
};

/*
 * Works out |x| for |text|: a basic code ("221"), an enhanced code ("5.7.26"), a whole reply (lines separated by LF), or a status
 * that the sender's own server wrote ("4.7.5 Server certificate not trusted", with or without the code). |question|: what it
 * answered, NULL: not known. |rules| must outlive |x|; explanation_finish frees its texts.
 */
void explanation_init(struct explanation *x, const struct rules *rules, struct text_rules *texts,
		      struct span text, const char *question);
void explanation_finish(struct explanation *x);

/* The text as a string; NULL where it is empty. Lives as long as |text| is not changed. */
const char *explanation_text(struct buf *text);
/* "possible", "likely" or "certain". */
const char *explanation_certainty(const struct explanation *x);
/* Who is meant by a responsible side: "the person, domain or address that sends, or its administrator." */
const char *explanation_side(enum responsible responsible);
/* Did a rule find a cause that the registered meaning of the enhanced code speaks against? */
bool explanation_contradicts_registry(const struct explanation *x);

#endif
