/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern_words: the literal words that a text has to hold if a pattern is to match it: one of a set, or one of each of two
 * sets ("user" or "mailbox", and "unknown" or "invalid"). They are read off the pattern itself, so that thousands of patterns
 * cost a look at the words of a reply.
 */
#ifndef SMTPSCOPE_PATTERN_WORDS_H
#define SMTPSCOPE_PATTERN_WORDS_H

#include "span.h"

enum {
	PATTERN_WORD_LEAST = 3,	 /* bytes; shorter ones are in every text */
	PATTERN_WORD_MOST = 23,	 /* longer ones are cut */
	PATTERN_WORDS_MOST = 96, /* alternatives of one pattern */
};

/* How patterns of rules for texts are compiled: bytes, letters of any case. Needs pcre2.h. */
#define TEXT_PATTERN_OPTIONS                                                                                 \
	(PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |          \
	 PCRE2_NEVER_BACKSLASH_C)

struct word_set {
	size_t count;
	uint8_t length[PATTERN_WORDS_MOST];
	char words[PATTERN_WORDS_MOST][PATTERN_WORD_MOST + 1]; /* lower case, ended by NUL */
};

struct pattern_words {
	size_t count; /* of sets: 1 or 2 */
	struct word_set sets[2];
};

/*
 * Finds sets of words such that every text that |pattern| (which PCRE2 can compile) matches has a word of each. False where
 * there is no set of words of PATTERN_WORD_LEAST bytes; then |*words| is empty.
 */
bool pattern_words_find(struct pattern_words *words, const char *pattern);

#endif
