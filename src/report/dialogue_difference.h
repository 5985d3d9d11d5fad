/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialogue_difference: compares the dialogues of two sessions turn by turn. Of commands the verb counts, of replies the code: names, sizes
 * and ids always differ.
 */
#ifndef SMTPSCOPE_DIALOGUE_DIFFERENCE_H
#define SMTPSCOPE_DIALOGUE_DIFFERENCE_H

#include "dialogue.h"

/* Where two dialogues part. */
struct dialogue_parting {
	size_t turn;			  /* 1-based */
	const struct entry *before[2];	  /* the turns before, which mean the same; NULL: none */
	const struct entry *different[2]; /* NULL: this dialogue is over */
};

/* Returns |e|, or the next command, body or reply behind it; NULL if there is none. */
const struct entry *turn_from(const struct entry *e);
/* Do two turns mean the same? NULL: the dialogue is over. */
bool turns_are_alike(const struct entry *a, const struct entry *b);
/* Calls |found| with each extension that only |a| of two EHLO replies offers. The value of SIZE does not count. */
void turn_offers(const struct entry *a, const struct entry *b,
		 void (*found)(void *context, struct span offer), void *context);
/* Returns false if all turns of the dialogues mean the same. */
bool dialogue_parting_find(struct dialogue_parting *p, const struct dialogue *a, const struct dialogue *b);

#endif
