/* SPDX-License-Identifier: BSD-2-Clause */
/* catalog: what a reply means, given the command that it answers, and whether its code is allowed there. */
#ifndef SMTPSCOPE_CATALOG_H
#define SMTPSCOPE_CATALOG_H

#include "record.h"
#include "rules.h"

/* The question of an exchange as the rules name it; NULL if it is unknown or there was none. */
const char *catalog_question(const struct exchange *x);

enum { CATALOG_ANSWERS = 128 }; /* a power of two */

/* The answer of the rules for one code and question. */
struct catalog_answer {
	unsigned code;			  /* 0: the slot is empty */
	char question[COMMAND_VERB_SIZE]; /* "": no question */
	const struct rule_code *meaning;
	bool fits; /* the code may answer the question */
};

/* The rules, and a cache of their latest answers: nearly all replies are one of a few. */
struct catalog {
	const struct rules *rules;
	struct catalog_answer answers[CATALOG_ANSWERS];
};

/* |rules| must outlive |c|. There is nothing to finish. */
void catalog_init(struct catalog *c, const struct rules *rules);
/* The texts live as long as the rules. */
struct annotation catalog_annotate(struct catalog *c, const struct exchange *x);

#endif
