/* SPDX-License-Identifier: BSD-2-Clause */
/* catalog: what a reply means, given what it answers, and whether it may answer that. */
#ifndef SMTPSCOPE_CATALOG_H
#define SMTPSCOPE_CATALOG_H

#include "record.h"
#include "rules.h"

/* The question of an exchange, as the rules name it; NULL where it is not known or there was none. */
const char *catalog_question(const struct exchange *x);

enum { CATALOG_ANSWERS = 128 }; /* a power of two */

/* What the rules said of one code to one question. */
struct catalog_answer {
	unsigned code;			  /* 0: none yet */
	char question[COMMAND_VERB_SIZE]; /* "": there was none */
	const struct rule_code *meaning;
	bool fits; /* it may answer the question */
};

/* The rules, and what they said last: nearly all replies are one of a few. */
struct catalog {
	const struct rules *rules;
	struct catalog_answer answers[CATALOG_ANSWERS];
};

/* |rules| must outlive it. Nothing has to be finished. */
void catalog_init(struct catalog *c, const struct rules *rules);
/* The texts live as long as the rules. */
struct annotation catalog_annotate(struct catalog *c, const struct exchange *x);

#endif
