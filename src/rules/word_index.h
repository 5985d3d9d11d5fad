/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * word_index: the words that the patterns of a set of text rules need (pattern_words.h), by their first three bytes, each word once.
 * That of the built-in set is computed by compile_rules, so that the program starts without parsing thousands of patterns.
 */
#ifndef SMTPSCOPE_WORD_INDEX_H
#define SMTPSCOPE_WORD_INDEX_H

#include "rules.h"
#include <stdint.h>

enum { WORD_INDEX_BUCKETS = 16384, WORD_INDEX_NONE = -1 };

struct index_word {
	uint32_t at, length; /* in |letters| */
	int32_t next;	     /* word of the same bucket, or WORD_INDEX_NONE */
	int32_t needs;	     /* the first need for it, or WORD_INDEX_NONE */
};

/* A pattern that needs a word, for its set 0 or 1. */
struct index_need {
	uint32_t pattern, set;
	int32_t next; /* need for the same word, or WORD_INDEX_NONE */
};

/*
 * Patterns are numbered in the order of the rules; a rule without patterns counts as one pattern that needs nothing. |sets|: the
 * number of sets of words that a pattern needs, 1 or 2; 0: it needs none.
 */
struct word_index {
	const struct index_word *words;
	const struct index_need *needs;
	const char *letters;
	const int32_t *buckets;
	const uint8_t *sets;
	size_t word_count, need_count, pattern_count, letters_length;
};

/* Memory of an index that was built at run time; zeroed: none. */
struct word_index_memory {
	struct index_word *words;
	struct index_need *needs;
	char *letters;
	int32_t *buckets;
	uint8_t *sets;
	size_t word_count, word_capacity, need_count, need_capacity, pattern_count, letters_length;
};

/* Builds the index of |rules| into |m|. False if memory is short; word_index_finish frees |m| in either case. */
bool word_index_build(struct word_index_memory *m, const struct rules *rules);
void word_index_finish(struct word_index_memory *m);
/* A view of |m|, valid as long as that is not changed. */
struct word_index word_index_of(const struct word_index_memory *m);

/* The bucket of a word, or of a place in a text; |text| has three bytes or more. */
static inline size_t word_index_bucket(const char *text)
{
	uint32_t key = (uint32_t)(uint8_t)text[0] << 16 | (uint32_t)(uint8_t)text[1] << 8 | (uint8_t)text[2];

	return key * 2654435761u >> 18 & (WORD_INDEX_BUCKETS - 1);
}

#endif
