/* SPDX-License-Identifier: BSD-2-Clause */
#include "vocabulary.h"

#include <ctype.h>
#include <stdlib.h>

enum { WORD_MAX = 63, MARK_MIN = 3, WORD_MIN = 3 };

/* Words in lower case, sorted. */
struct words {
	char (*list)[WORD_MAX + 1];
	size_t count, capacity;
};

struct vocabulary {
	struct words words, marks;
	bool failed; /* memory ran out */
};

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void add(struct vocabulary *v, struct words *to, const char *word, size_t length)
{
	if (length < WORD_MIN || length > WORD_MAX || to->count == VOCABULARY_WORDS)
		return;
	if (to->count == to->capacity) {
		size_t capacity = to->capacity ? to->capacity * 2 : 1024;
		void *grown = realloc(to->list, capacity * sizeof *to->list);

		if (!grown) {
			v->failed = true;
			return;
		}
		to->list = grown;
		to->capacity = capacity;
	}
	for (size_t i = 0; i < length; i++)
		to->list[to->count][i] = (char)tolower((unsigned char)word[i]);
	to->list[to->count++][length] = 0;
}

/* Adds the words of a pattern; |marks|: all of them; else labels of host names ("google\.com") are marks. */
static void add_pattern(struct vocabulary *v, const char *pattern, bool marks, bool provider)
{
	bool dotted = false; /* the word before ended with an escaped dot */

	while (*pattern) {
		size_t length = 0;
		bool dot;

		if (pattern[0] == '\\' && pattern[1]) {
			pattern += 2;
			dotted = false;
			continue;
		}
		while (isalnum((unsigned char)pattern[length]) || (length && pattern[length] == '-'))
			length++;
		if (!length) {
			pattern++;
			dotted = false;
			continue;
		}
		dot = pattern[length] == '\\' && pattern[length + 1] == '.';
		add(v, &v->words, pattern, length);
		if (length >= MARK_MIN && (marks || (provider && (dot || dotted))))
			add(v, &v->marks, pattern, length);
		pattern += length + (dot ? 2 : 0);
		dotted = dot;
	}
}

static void add_patterns(struct vocabulary *v, const char *const *patterns, bool marks, bool provider)
{
	for (; patterns && *patterns; patterns++)
		add_pattern(v, *patterns, marks, provider);
}

struct vocabulary *vocabulary_create(const struct rules *rules)
{
	struct vocabulary *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	for (size_t i = 0; i < rules->text_count; i++) {
		const struct rule_text *t = &rules->texts[i];
		bool provider = t->level == RULE_PROVIDER;

		add_patterns(v, t->patterns, false, provider);
		add_patterns(v, t->also, false, provider);
		add_patterns(v, t->unless, false, provider);
		add_patterns(v, t->marks, true, provider);
	}
	for (size_t i = 0; i < rules->phrase_count; i++)
		add_patterns(v, rules->phrases[i].words, false, false);
	if (v->failed) {
		vocabulary_destroy(v);
		return NULL;
	}
	if (v->words.count)
		qsort(v->words.list, v->words.count, sizeof *v->words.list, compare);
	if (v->marks.count)
		qsort(v->marks.list, v->marks.count, sizeof *v->marks.list, compare);
	return v;
}

void vocabulary_destroy(struct vocabulary *v)
{
	if (!v)
		return;
	free(v->words.list);
	free(v->marks.list);
	free(v);
}

static bool has(const struct words *words, struct span word)
{
	char key[WORD_MAX + 1];

	if (word.length > WORD_MAX || !words->count)
		return false;
	for (size_t i = 0; i < word.length; i++)
		key[i] = (char)tolower(word.at[i]);
	key[word.length] = 0;
	return bsearch(key, words->list, words->count, sizeof *words->list, compare) != NULL;
}

bool vocabulary_has(const struct vocabulary *v, struct span word)
{
	return has(&v->words, word);
}

bool vocabulary_is_mark(const struct vocabulary *v, struct span label)
{
	return has(&v->marks, label);
}
