/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explanation: everything explain reports about one code, reply or status. Text and JSON output are both
 * written from it, so that they cannot differ.
 */
#ifndef SMTPSCOPE_EXPLANATION_H
#define SMTPSCOPE_EXPLANATION_H

#include "meaning.h"
#include "text_rules.h"

struct explanation {
	struct meaning meaning;
	struct reply_cause cause; /* cause NULL: not a rejection, or unknown */
	bool whole;		  /* there is a text after the codes, or a text without codes */
	struct buf reply;	  /* the explained reply; lines that a log joined are separated again */
	struct buf in_short;	  /* the meaning, from the rule that decided, otherwise from the codes */
	struct buf code_meaning, reference;
	struct buf recipient; /* the first address in angle brackets in the reply */
	const char *fix;      /* from the rule that decided, otherwise from the codes; may be NULL */
};

/*
 * Works out |x| for |text|: a basic code ("221"), an enhanced code ("5.7.26"), a whole reply (lines separated by LF), or a status
 * that the sender's own server wrote ("4.7.5 Server certificate not trusted", with or without the code). |question|: what it
 * answered, NULL: not known. |rules| must outlive |x|; explanation_finish frees its texts.
 */
void explanation_init(struct explanation *x, const struct rules *rules, struct text_rules *texts,
		      struct span text, const char *question);
/* The text around the reply shows which |recipient| it is for; empty: it does not. */
void explanation_recipient(struct explanation *x, struct span recipient);
void explanation_finish(struct explanation *x);

/* Returns the text as a string, or NULL if it is empty. Valid until |text| changes. */
const char *explanation_text(struct buf *text);
/* "possible", "likely" or "certain". */
const char *explanation_certainty(const struct explanation *x);
/* Describes a responsible side: "the person, domain or address that sends, or its administrator." */
const char *explanation_side(enum responsible responsible);
/* Returns whether a rule found a cause that contradicts the registered meaning of the enhanced code. */
bool explanation_contradicts_registry(const struct explanation *x);

#endif
