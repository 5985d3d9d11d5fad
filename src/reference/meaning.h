/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meaning: the meaning of a code or reply according to the rules. A view: strings belong to the rules or to
 * the input, and are valid as long as those.
 */
#ifndef SMTPSCOPE_MEANING_H
#define SMTPSCOPE_MEANING_H

#include "buf.h"
#include "rules.h"

struct meaning {
	unsigned code; /* 200 to 599; 0: the input has no basic code */
	bool has_enhanced;
	unsigned class, subject, detail;
	char enhanced[16];		      /* "5.1.1", "" for none */
	const char *question;		      /* what it answers, NULL: unknown */
	const struct rule_code *basic;	      /* NULL: not in the rules */
	const struct rule_enhanced *extended; /* NULL: not in the rules, or no enhanced code */
};

/*
 * Parses |text|: a basic code ("221"), an enhanced one ("5.7.26"), or a complete reply, whose first line
 * begins with a code and whose lines are separated by LF. Returns false if it is none of these; |*m| then
 * contains no code.
 */
bool meaning_read(struct meaning *m, const struct rules *rules, struct span text, const char *question);
/* Returns whether |text| begins with an enhanced code followed by text, like a status in a log. */
bool meaning_starts_enhanced(struct span text);
/* Parses such a status; for any other text, |*m| contains no code. */
void meaning_read_status(struct meaning *m, const struct rules *rules, struct span text, const char *question);
/* Returns whether the rules contain every given code. */
bool meaning_known(const struct meaning *m);

/* The name, category ("permanent-negative"), meaning and so on of the whole; NULL if unknown. */
const char *meaning_name(const struct meaning *m);
const char *meaning_category(const struct meaning *m);
const char *meaning_when(const struct meaning *m);
const char *meaning_fix(const struct meaning *m);
/* Those of both codes, joined in |b|. */
void meaning_text(const struct meaning *m, struct buf *b);
void meaning_reference(const struct meaning *m, struct buf *b);

/*
 * A category in words: "5xx, permanent negative: ..."; by the first digit of a basic code or the class of an
 * enhanced one.
 */
const char *category_words(unsigned first_digit);
/* The same without its consequences: "5xx, permanent negative"; NULL for other digits. */
const char *category_name(unsigned first_digit);

/*
 * The commands of the rules, in the order in which a session uses them, rare ones last: returns number
 * |index|, or NULL if that place is empty. There are meaning_places() places. "*" and "other" are left out.
 */
const struct rule_command *meaning_question_at(const struct rules *rules, size_t index);
size_t meaning_places(const struct rules *rules);
/*
 * Appends the commands for which the rules list |code| (and |other|, unless 0), as prose: "MAIL, RCPT and the
 * end of the message". If there are many, rare ones are only counted. Returns their number.
 */
size_t meaning_questions(const struct rules *rules, unsigned code, unsigned other, struct buf *b);
/* Capitalizes the first letter. */
void meaning_capital(struct buf *b);
/* The question in words: "the connection", "the end of the message", or the verb itself. */
const char *question_words(const char *question);
/* Returns whether the entry of the command lists the code. */
bool question_lists(const struct rule_command *command, unsigned code);

#endif
