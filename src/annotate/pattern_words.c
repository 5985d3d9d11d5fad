/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a pattern from left to right. Of what stands one after another, the part with the longest words serves; of
 * alternatives, each has to give its own. Whatever is not understood (classes, references, options) just gives no words.
 */
#include "pattern_words.h"

enum { DEPTH_MOST = 24 };

struct reader {
	const char *at;
	unsigned depth;
	bool lost; /* something was not understood: nothing found can be trusted */
};

static void read_alternatives(struct reader *r, struct pattern_words *out);

static size_t shortest(const struct pattern_words *w)
{
	size_t least = w->count ? PATTERN_WORD_MOST + 1 : 0;

	for (size_t i = 0; i < w->count; i++)
		least = w->length[i] < least ? w->length[i] : least;
	return least;
}

/* Keeps the better of two sets: longer words, then fewer. */
static void keep_better(struct pattern_words *best, const struct pattern_words *other)
{
	size_t a = shortest(best), b = shortest(other);

	if (b > a || (b == a && other->count < best->count))
		*best = *other;
}

static void take_run(struct pattern_words *best, char *run, size_t *length)
{
	if (*length >= PATTERN_WORD_LEAST) {
		size_t kept = *length < PATTERN_WORD_MOST ? *length : PATTERN_WORD_MOST;

		if (kept > shortest(best)) {
			best->count = 1;
			best->length[0] = (uint8_t)kept;
			memcpy(best->words[0], run, kept);
			best->words[0][kept] = '\0';
		}
	}
	*length = 0;
}

/* Moves behind a quantifier. |*optional|: it may be there no time at all. False: there is none. */
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

/* At "(": reads the group. Its words are left out where they need not be in the text. */
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
		out->count = 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* What a backslash makes of the next character: itself where it is no letter or digit, else nothing that serves. */
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

	best->count = 0;
	while (*r->at && *r->at != '|' && *r->at != ')') {
		char c = *r->at;

		if (c == '(') {
			struct pattern_words group;

			take_run(best, run, &length);
			read_group(r, &group);
			if (!skip_quantifier(r, &optional) || !optional)
				keep_better(best, &group);
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

/* All branches of a group or of the whole: their words together, none where a branch has none. */
static void read_alternatives(struct reader *r, struct pattern_words *out)
{
	bool whole = ++r->depth < DEPTH_MOST;

	out->count = 0;
	for (;;) {
		struct pattern_words branch;

		if (r->depth >= DEPTH_MOST) {
			r->lost = true;
			break;
		}
		read_branch(r, &branch);
		whole = whole && branch.count && out->count + branch.count <= PATTERN_WORDS_MOST;
		for (size_t i = 0; whole && i < branch.count; i++) {
			memcpy(out->words[out->count], branch.words[i], sizeof branch.words[i]);
			out->length[out->count++] = branch.length[i];
		}
		if (*r->at != '|')
			break;
		r->at++;
	}
	r->depth--;
	if (!whole)
		out->count = 0;
}

bool pattern_words_find(struct pattern_words *words, const char *pattern)
{
	struct reader r = { .at = pattern };

	read_alternatives(&r, words);
	if (*r.at || r.lost)
		words->count = 0;
	return words->count > 0;
}
