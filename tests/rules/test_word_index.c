/* SPDX-License-Identifier: BSD-2-Clause */
/* word_index: the index that the build computes is the one that is built at run time. */
#include "harness.h"
#include "word_index.h"
#include <string.h>

START_TEST(the_built_in_index_is_that_of_its_rules)
{
	const struct rules *r = rules_builtin();
	struct word_index_memory memory;
	struct word_index index;

	ck_assert_ptr_nonnull(r->words);
	ck_assert(word_index_build(&memory, r));
	index = word_index_of(&memory);
	ck_assert_uint_eq(index.pattern_count, r->words->pattern_count);
	ck_assert_uint_eq(index.word_count, r->words->word_count);
	ck_assert_uint_eq(index.need_count, r->words->need_count);
	ck_assert_uint_eq(index.letters_length, r->words->letters_length);
	ck_assert_int_eq(memcmp(index.letters, r->words->letters, index.letters_length), 0);
	ck_assert_int_eq(memcmp(index.sets, r->words->sets, index.pattern_count), 0);
	ck_assert_int_eq(memcmp(index.buckets, r->words->buckets, WORD_INDEX_BUCKETS * sizeof *index.buckets),
			 0);
	ck_assert_int_eq(memcmp(index.words, r->words->words, index.word_count * sizeof *index.words), 0);
	ck_assert_int_eq(memcmp(index.needs, r->words->needs, index.need_count * sizeof *index.needs), 0);
	word_index_finish(&memory);
}
END_TEST

START_TEST(no_rules_have_an_empty_index)
{
	const struct rules none = { .texts = NULL };
	struct word_index_memory memory;

	ck_assert(word_index_build(&memory, &none));
	ck_assert_uint_eq(memory.pattern_count, 0);
	ck_assert_uint_eq(memory.word_count, 0);
	for (size_t i = 0; i < WORD_INDEX_BUCKETS; i++)
		ck_assert_int_eq(memory.buckets[i], WORD_INDEX_NONE);
	word_index_finish(&memory);
}
END_TEST

SUITE("rules/word_index", the_built_in_index_is_that_of_its_rules, no_rules_have_an_empty_index)
