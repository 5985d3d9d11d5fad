/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a pattern from left to right. Of parts in sequence, the one with the longest words is used; of alternatives, each has to
 * contribute words. What is not understood (classes, references, options) contributes none.
 */
#include "pattern_words.h"

enum { DEPTH_MOST = 24 };

struct reader {
	const char *at;
	unsigned depth;
	bool lost; /* something was not understood, so nothing that was found can be used */
};

static void read_alternatives(struct reader *r, struct pattern_words *out);

static void nothing(struct pattern_words *w)
{
	w->count = w->sets[0].count = w->sets[1].count = 0;
}

static size_t shortest(const struct word_set *w)
{
	size_t least = w->count ? PATTERN_WORD_MOST + 1 : 0;

	for (size_t i = 0; i < w->count; i++)
		least = w->length[i] < least ? w->length[i] : least;
	return least;
}

/* Prefers longer words, which are rarer, and of equally long ones the smaller set. */
static bool is_better(const struct word_set *a, const struct word_set *b)
{
	size_t left = shortest(a), right = shortest(b);

	return left != right ? left > right : a->count < b->count;
}

/* Keeps the two best sets of a sequence. */
static void keep_better(struct pattern_words *best, const struct word_set *other)
{
	if (other->count == 0)
		return;
	if (best->count == 0 || is_better(other, &best->sets[0])) {
		best->sets[1] = best->sets[0];
		best->sets[0] = *other;
	} else if (best->count == 1 || is_better(other, &best->sets[1])) {
		best->sets[1] = *other;
	} else {
		return;
	}
	if (best->count < 2)
		best->count++;
}

static void take_run(struct pattern_words *best, const char *run, size_t *length)
{
	struct word_set set;

	if (*length >= PATTERN_WORD_LEAST) {
		set.count = 1;
		set.length[0] = (uint8_t)*length;
		memcpy(set.words[0], run, *length);
		set.words[0][*length] = '\0';
		keep_better(best, &set);
	}
	*length = 0;
}

/* Skips a quantifier; false if there is none. |*optional|: the item may be absent. */
static bool skip_quantifier(struct reader *r, bool *optional)
{
	*optional = false;
	if (*r->at == '{' && r->at[1] >= '0' && r->at[1] <= '9') {
		*optional = r->at[1] == '0';
		while (*r->at && *r->at != '}')
			r->at++;
		if (*r->at)
			r->at++;
	} else if (*r->at == '*' || *r->at == '?') {
		*optional = true;
		r->at++;
	} else if (*r->at == '+') {
		r->at++;
	} else {
		return false;
	}
	if (*r->at == '?' || *r->at == '+')
		r->at++;
	return true;
}

static void skip_class(struct reader *r)
{
	r->at++;
	if (*r->at == '^')
		r->at++;
	if (*r->at == ']')
		r->at++;
	while (*r->at && *r->at != ']') {
		if (*r->at == '\\' && r->at[1])
			r->at++;
		else if (*r->at == '[' && r->at[1] == ':')
			while (r->at[1] && *r->at != ']')
				r->at++;
		r->at++;
	}
	if (*r->at)
		r->at++;
}

/* Reads the group at "(". Ignores its words if the text need not hold them. */
static void read_group(struct reader *r, struct pattern_words *out)
{
	bool counts = true;

	r->at++;
	if (*r->at == '?') {
		const char *kind = r->at + 1;

		counts = *kind == ':' || *kind == '=' || *kind == '>';
		r->at += *kind == '<' ? 3 : 2;
	}
	read_alternatives(r, out);
	if (*r->at == ')')
		r->at++;
	if (!counts)
		nothing(out);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* An escaped character stands for itself unless it is a letter or digit; those contribute no word. */
static char escaped(struct reader *r)
{
	char c = r->at[1];

	r->at += 2;
	if (strchr("xXoOcCpPQEgGkNuU", c))
		r->lost = true;
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ? '\0' : c;
}

/* One branch, up to "|", ")" or the end. */
static void read_branch(struct reader *r, struct pattern_words *best)
{
	char run[PATTERN_WORD_MOST + 1];
	size_t length = 0;
	bool optional;

	nothing(best);
	while (*r->at && *r->at != '|' && *r->at != ')') {
		char c = *r->at;

		if (c == '(') {
			struct pattern_words group;

			take_run(best, run, &length);
			read_group(r, &group);
			if (skip_quantifier(r, &optional) && optional)
				continue;
			keep_better(best, &group.sets[0]);
			keep_better(best, &group.sets[1]);
			continue;
		}
		if (c == '[') {
			skip_class(r);
			c = '\0';
		} else if (c == '\\' && r->at[1]) {
			c = escaped(r);
		} else {
			c = strchr(".^$", c) ? '\0' : lower(c);
			r->at++;
		}
		if (c && length == sizeof run - 1)
			take_run(best, run, &length);
		if (skip_quantifier(r, &optional)) {
			if (c && !optional)
				run[length++] = c;
			take_run(best, run, &length);
		} else if (c) {
			run[length++] = c;
		} else {
			take_run(best, run, &length);
		}
	}
	take_run(best, run, &length);
}

/* Adds the words of |branch|; false if there are too many. */
static bool join(struct word_set *all, const struct word_set *branch)
{
	if (branch->count == 0 || all->count + branch->count > PATTERN_WORDS_MOST)
		return false;
	for (size_t i = 0; i < branch->count; i++) {
		memcpy(all->words[all->count], branch->words[i], sizeof branch->words[i]);
		all->length[all->count++] = branch->length[i];
	}
	return true;
}

/* Reads a group or the whole pattern. The words of several branches form one set; there is none if a branch has no words. */
static void read_alternatives(struct reader *r, struct pattern_words *out)
{
	struct pattern_words branch;
	bool whole = true;

	nothing(out);
	if (++r->depth >= DEPTH_MOST)
		r->lost = true;
	if (r->lost)
		return;
	read_branch(r, out);
	if (*r->at == '|') {
		out->count = out->count ? 1 : 0;
		out->sets[1].count = 0;
		whole = out->count;
	}
	while (*r->at == '|' && !r->lost) {
		r->at++;
		read_branch(r, &branch);
		whole = whole && join(&out->sets[0], &branch.sets[0]);
	}
	r->depth--;
	if (!whole)
		nothing(out);
}

bool pattern_words_find(struct pattern_words *words, const char *pattern)
{
	struct reader r = { .at = pattern };

	read_alternatives(&r, words);
	if (*r.at || r.lost)
		nothing(words);
	return words->count > 0;
}
