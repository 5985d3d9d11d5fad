/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vocabulary: the words of the rules. Those that name a provider stay in an anonymized capture, because the rules
 * recognize its replies by them; ordinary words that the rules look for are not taken for names.
 */
#ifndef SMTPSCOPE_VOCABULARY_H
#define SMTPSCOPE_VOCABULARY_H

#include "rules.h"
#include "span.h"

enum { VOCABULARY_WORDS = 262144 };

struct vocabulary;

/* Reads the patterns and phrases of |rules|. Returns NULL if memory runs out. */
struct vocabulary *vocabulary_create(const struct rules *rules);
/* Accepts NULL. */
void vocabulary_destroy(struct vocabulary *v);
/* Do the rules look for |word|, in any letter case? */
bool vocabulary_has(const struct vocabulary *v, struct span word);
/* Is |label| a part of a provider's host name in the rules, or one of its marks? */
bool vocabulary_is_mark(const struct vocabulary *v, struct span label);

#endif
