/* SPDX-License-Identifier: BSD-2-Clause */
#include "code_search.h"

#include "text_lines.h"

static bool is_letter(uint8_t byte)
{
	return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

/* Does |name| contain |words|, regardless of case, at the boundaries of words? */
static bool contains(const char *name, struct span words)
{
	struct span text = name ? span_text(name) : (struct span){ 0 };
	char wanted[CODE_SEARCH_WORDS + 1];

	memcpy(wanted, words.at, words.length);
	wanted[words.length] = '\0';
	for (size_t i = 0; i + words.length <= text.length; i++) {
		if (!text_begins(span_from(text, i), wanted) ||
		    (i && (is_letter(text.at[i - 1]) || !memchr(words.at, ' ', words.length))))
			continue;
		if (i + words.length < text.length && is_letter(text.at[i + words.length]))
			continue;
		/* A single word would be in too many names. */
		if (memchr(words.at, ' ', words.length) || i + words.length == text.length ||
		    text.at[i + words.length] == ':')
			return true;
	}
	return false;
}

size_t code_search(const struct rules *rules, struct span words, unsigned codes[static CODE_SEARCH_MAX])
{
	size_t count = 0;

	words = text_trim(words);
	if (words.length < 2 || words.length > CODE_SEARCH_WORDS || !is_letter(words.at[0]))
		return 0;
	for (size_t i = 0; i < rules->code_count && count < CODE_SEARCH_MAX; i++) {
		const struct rule_code *code = &rules->codes[i];

		if ((!contains(code->name, words) && !contains(code->standard, words)) ||
		    (count && codes[count - 1] == code->code))
			continue;
		codes[count++] = code->code;
	}
	return count;
}
