/* SPDX-License-Identifier: BSD-2-Clause */
/* story_words: a story in the words that rules/stories.yaml has for its pattern. */
#ifndef SMTPSCOPE_STORY_WORDS_H
#define SMTPSCOPE_STORY_WORDS_H

#include "past.h"
#include "rules.h"

enum { STORY_WORDS_MAX = 600 };

struct story_words {
	char headline[STORY_WORDS_MAX], advice[STORY_WORDS_MAX];
};

/*
 * Writes headline and advice of |story|, which is about |sessions|, and sets the pointers of |story|. Both may hold bytes from the wire.
 * The set |rules| must have all stories of the built-in one.
 */
void story_words_fill(struct story_words *w, struct story *story, const struct rules *rules,
		      struct past *const *sessions);

#endif
