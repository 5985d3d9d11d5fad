/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meaning: what a code, or a whole reply, means by the rules. A view: texts belong to the rules or to who gave the input, and
 * live as long as those.
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
	const char *question;		      /* what it answered, NULL: not known */
	const struct rule_code *basic;	      /* NULL: not in the rules */
	const struct rule_enhanced *extended; /* NULL: not in the rules, or none */
};

/*
 * Reads |text|: a basic code ("221"), an enhanced one ("5.7.26"), or a whole reply, whose first line begins with a code;
 * lines of a multi-line reply are parted by LF. False where it is none of these; then |*m| holds no code at all.
 */
bool meaning_read(struct meaning *m, const struct rules *rules, struct span text, const char *question);
/* Does |text| begin with an enhanced code that further text follows, as a status in a log does? */
bool meaning_starts_enhanced(struct span text);
/* Reads such a status; of any other text |*m| holds no code. */
void meaning_read_status(struct meaning *m, const struct rules *rules, struct span text, const char *question);
/* Is every code that was given known to the rules? */
bool meaning_known(const struct meaning *m);

/* The name, the category ("permanent-negative"), the meaning, ... of the whole; NULL where nothing is known. */
const char *meaning_name(const struct meaning *m);
const char *meaning_category(const struct meaning *m);
const char *meaning_when(const struct meaning *m);
const char *meaning_fix(const struct meaning *m);
/* Of both codes, joined in |b|. */
void meaning_text(const struct meaning *m, struct buf *b);
void meaning_reference(const struct meaning *m, struct buf *b);

/* A category in words: "Permanent negative: ..."; by the first digit of a basic code or the class of an enhanced one. */
const char *category_words(unsigned first_digit);

/*
 * The questions of the rules in the order in which a session asks them, those it rarely asks after them: the |index|th, or
 * NULL where that place is empty; there are meaning_places() places. "*" and "other" are left out.
 */
const struct rule_command *meaning_question_at(const struct rules *rules, size_t index);
size_t meaning_places(const struct rules *rules);
/*
 * Adds the questions that list |code| in the rules (and |other|, where that is not 0), as a person would list them: "MAIL,
 * RCPT and the end of the message"; rare ones are only counted where there are many. Returns how many there are.
 */
size_t meaning_questions(const struct rules *rules, unsigned code, unsigned other, struct buf *b);
/* Begins the text with an upper case letter. */
void meaning_capital(struct buf *b);
/* A question for people: "the connection", "the end of the message", or the verb itself. */
const char *question_words(const char *question);
/* Does the command's entry list the code? */
bool question_lists(const struct rule_command *command, unsigned code);

#endif
