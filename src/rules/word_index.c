/* SPDX-License-Identifier: BSD-2-Clause */
#include "word_index.h"
#include "pattern_words.h"
#include <stdlib.h>
#include <string.h>

/* Makes room for one more in an array of |size| bytes an element. */
static void *reserve(void *array, size_t count, size_t *capacity, size_t size)
{
	size_t larger = *capacity ? 2 * *capacity : 2048;
	void *moved;

	if (count < *capacity)
		return array;
	moved = realloc(array, larger * size);
	if (moved)
		*capacity = larger;
	return moved;
}

/* Finds the word, or adds it. Returns WORD_INDEX_NONE if memory is short. */
static int32_t word_of(struct word_index_memory *m, const char *text, uint32_t length)
{
	size_t bucket = word_index_bucket(text);
	struct index_word *words;

	for (int32_t w = m->buckets[bucket]; w != WORD_INDEX_NONE; w = m->words[w].next)
		if (m->words[w].length == length && memcmp(m->letters + m->words[w].at, text, length) == 0)
			return w;
	words = reserve(m->words, m->word_count, &m->word_capacity, sizeof *words);
	if (!words)
		return WORD_INDEX_NONE;
	m->words = words;
	memcpy(m->letters + m->letters_length, text, length);
	words[m->word_count] = (struct index_word){ .at = (uint32_t)m->letters_length,
						    .length = length,
						    .next = m->buckets[bucket],
						    .needs = WORD_INDEX_NONE };
	m->letters_length += length;
	m->buckets[bucket] = (int32_t)m->word_count++;
	return m->buckets[bucket];
}

static bool add_need(struct word_index_memory *m, uint32_t set, const char *text, uint32_t length)
{
	struct index_need *needs = reserve(m->needs, m->need_count, &m->need_capacity, sizeof *needs);
	int32_t word;

	if (!needs)
		return false;
	m->needs = needs;
	word = word_of(m, text, length);
	if (word == WORD_INDEX_NONE)
		return false;
	needs[m->need_count] = (struct index_need){ .pattern = (uint32_t)m->pattern_count,
						    .set = set,
						    .next = m->words[word].needs };
	m->words[word].needs = (int32_t)m->need_count++;
	return true;
}

/* Adds the next pattern. One that needs no word occurs in rules of the level "advice" alone. */
static bool add_pattern(struct word_index_memory *m, const char *pattern)
{
	struct pattern_words found;

	if (pattern_words_find(&found, pattern)) {
		for (uint32_t set = 0; set < found.count; set++)
			for (size_t i = 0; i < found.sets[set].count; i++)
				if (!add_need(m, set, found.sets[set].words[i], found.sets[set].length[i]))
					return false;
		m->sets[m->pattern_count] = (uint8_t)found.count;
	}
	m->pattern_count++;
	return true;
}

bool word_index_build(struct word_index_memory *m, const struct rules *rules)
{
	size_t patterns = 0, letters = 0;

	*m = (struct word_index_memory){ .words = NULL };
	for (size_t i = 0; i < rules->text_count; i++) {
		patterns++;
		for (const char *const *p = rules->texts[i].patterns; *p; p++, patterns++)
			letters += strlen(*p); /* words are parts of patterns */
	}
	m->letters = malloc(letters + 1);
	m->buckets = malloc(WORD_INDEX_BUCKETS * sizeof *m->buckets);
	m->sets = calloc(patterns + 1, sizeof *m->sets);
	if (!m->letters || !m->buckets || !m->sets)
		return false;
	for (size_t i = 0; i < WORD_INDEX_BUCKETS; i++)
		m->buckets[i] = WORD_INDEX_NONE;
	for (size_t i = 0; i < rules->text_count; i++) {
		const char *const *p = rules->texts[i].patterns;

		m->pattern_count += !*p;
		for (; *p; p++)
			if (!add_pattern(m, *p))
				return false;
	}
	return true;
}

void word_index_finish(struct word_index_memory *m)
{
	free(m->words);
	free(m->needs);
	free(m->letters);
	free(m->buckets);
	free(m->sets);
}

struct word_index word_index_of(const struct word_index_memory *m)
{
	return (struct word_index){
		.words = m->words,
		.needs = m->needs,
		.letters = m->letters,
		.buckets = m->buckets,
		.sets = m->sets,
		.word_count = m->word_count,
		.need_count = m->need_count,
		.pattern_count = m->pattern_count,
		.letters_length = m->letters_length,
	};
}
