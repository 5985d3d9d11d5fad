/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pattern_words: the literal words that a text must hold for a pattern to match it: one of a set, or one of each of two sets ("user" or
 * "mailbox", and "unknown" or "invalid"). They are derived from the pattern itself, so thousands of patterns cost only a look at the
 * words of a reply.
 */
#ifndef SMTPSCOPE_PATTERN_WORDS_H
#define SMTPSCOPE_PATTERN_WORDS_H

#include "span.h"

enum {
	PATTERN_WORD_LEAST = 3,	 /* bytes; every text holds shorter ones */
	PATTERN_WORD_MOST = 23,	 /* bytes; longer words are cut */
	PATTERN_WORDS_MOST = 96, /* alternatives of one pattern */
};

/* Options for compiling patterns of rules for texts: bytes, letters of any case. The user includes pcre2.h. */
#define TEXT_PATTERN_OPTIONS                                                                                 \
	(PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |          \
	 PCRE2_NEVER_BACKSLASH_C)

struct word_set {
	size_t count;
	uint8_t length[PATTERN_WORDS_MOST];
	char words[PATTERN_WORDS_MOST][PATTERN_WORD_MOST + 1]; /* lower case, NUL-terminated */
};

struct pattern_words {
	size_t count; /* of sets, 1 or 2 */
	struct word_set sets[2];
};

/*
 * Stores in |*words| sets of words such that every text that |pattern| matches holds a word of each set. |pattern| has to compile.
 * Returns false, with |*words| empty, if there is no set of words of at least PATTERN_WORD_LEAST bytes.
 */
bool pattern_words_find(struct pattern_words *words, const char *pattern);

#endif
