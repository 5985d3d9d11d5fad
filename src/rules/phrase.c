/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One pass over each line for all words of a phrase: nearly every byte is passed over because no word begins with it, or because
 * it does not begin a word.
 */
#include "phrase.h"
#include <stdio.h>

/* For each byte: does a word of the phrase begin with it, in either case? */
struct first_bytes {
	bool has[256];
};

static bool is_upper(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static bool is_letter(uint8_t byte)
{
	return is_upper(byte) || (byte >= 'a' && byte <= 'z');
}

static bool is_alphanumeric(uint8_t byte)
{
	return is_letter(byte) || (byte >= '0' && byte <= '9');
}

static struct first_bytes first_bytes_of(const char *const *words)
{
	struct first_bytes first = { .has = { false } };

	for (; *words; words++) {
		uint8_t byte = (uint8_t)(*words)[0];

		first.has[byte] = true;
		if (is_letter(byte))
			first.has[byte ^ 0x20] = true;
	}
	return first;
}

/* |word| is in lower case, as the loader requires. */
static bool begins_with(struct span text, const char *word)
{
	size_t i = 0;

	for (; i < text.length && word[i]; i++)
		if ((is_upper(text.at[i]) ? text.at[i] | 0x20 : text.at[i]) != (uint8_t)word[i])
			return false;
	return !word[i];
}

static bool begins_with_any(struct span text, const char *const *words)
{
	for (; *words; words++)
		if (begins_with(text, *words))
			return true;
	return false;
}

/* The text between blanks around |at| is [*start, *end). */
static void token_around(struct span line, size_t at, size_t *start, size_t *end)
{
	*start = at;
	*end = at;
	while (*start > 0 && line.at[*start - 1] > ' ')
		--*start;
	while (*end < line.length && line.at[*end] > ' ')
		++*end;
}

/* A host name, address or URL: a dot with a letter or digit before it and a letter behind. */
static bool is_host_name(struct span token)
{
	for (size_t i = 1; i + 1 < token.length; i++)
		if (token.at[i] == '.' && is_alphanumeric(token.at[i - 1]) && is_letter(token.at[i + 1]))
			return true;
	return false;
}

static bool line_matches(struct span line, const char *const *words, const struct first_bytes *first)
{
	for (size_t at = 0; at < line.length; at++) {
		size_t start, end;

		if (!first->has[line.at[at]] || (at > 0 && is_alphanumeric(line.at[at - 1])) ||
		    !begins_with_any(span_from(line, at), words))
			continue;
		token_around(line, at, &start, &end);
		if (!is_host_name(span_of(line.at + start, end - start)))
			return true;
		/* No word inside a host name counts. Looking at each token once also keeps this linear. */
		at = end;
	}
	return false;
}

static bool matches(const struct rule_phrase *phrase, const struct span *lines, size_t count)
{
	struct first_bytes first = first_bytes_of(phrase->words);

	for (size_t i = 0; i < count; i++)
		if (line_matches(lines[i], phrase->words, &first))
			return true;
	return false;
}

bool phrase_matches(const struct rules *rules, enum phrase phrase, const struct span *lines, size_t count)
{
	return (size_t)phrase < rules->phrase_count && matches(&rules->phrases[phrase], lines, count);
}

/* ---- examples ---- */

struct test_run {
	rules_fault *fault;
	void *context;
	size_t count, failed;
};

/* Does |phrase| match a whole reply: lines separated by LF, each with its code? */
static bool matches_reply(const struct rule_phrase *phrase, const char *reply)
{
	for (struct span rest = span_text(reply); rest.length;) {
		const uint8_t *end = memchr(rest.at, '\n', rest.length);
		size_t length = end ? (size_t)(end - rest.at) : rest.length;
		struct span line = span_from(span_first(rest, length), strlen("250 "));

		if (matches(phrase, &line, 1))
			return true;
		rest = span_from(rest, length + 1);
	}
	return false;
}

static void try_examples(struct test_run *t, const struct rule_phrase *phrase, const char *const *examples,
			 bool hit)
{
	for (; *examples; examples++) {
		char text[400];

		t->count++;
		if (matches_reply(phrase, *examples) == hit)
			continue;
		t->failed++;
		snprintf(text, sizeof text, "%s of phrase %s %s: %.200s", hit ? "hit" : "miss", phrase->name,
			 hit ? "does not match" : "matches", *examples);
		t->fault(t->context, "phrases", 0, text);
	}
}

size_t phrase_test(const struct rules *rules, rules_fault *fault, void *context, size_t *failed)
{
	struct test_run t = { .fault = fault, .context = context };

	for (size_t i = 0; i < rules->phrase_count; i++) {
		try_examples(&t, &rules->phrases[i], rules->phrases[i].hits, true);
		try_examples(&t, &rules->phrases[i], rules->phrases[i].misses, false);
	}
	*failed = t.failed;
	return t.count;
}
