/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema of phrases. A faulty phrase is reported and left out; the others are still used. The program knows each phrase by its position,
 * so a set that is laid over another may change phrases but not add any.
 */
#include "schema.h"
#include <stdio.h>
#include <string.h>

static const struct field phrase_fields[] = {
	{ "words", FIELD_TEXTS, true, offsetof(struct rule_phrase, words), RULES_WORD_MAX },
	{ "hit", FIELD_TEXTS, true, offsetof(struct rule_phrase, hits), RULES_TEXT_MAX },
	{ "miss", FIELD_TEXTS, true, offsetof(struct rule_phrase, misses), RULES_TEXT_MAX },
};

static bool same_phrase(const void *entry, const void *key)
{
	return strcmp(((const struct rule_phrase *)entry)->name, ((const struct rule_phrase *)key)->name) == 0;
}

/* Matching folds the text of the reply, so a word in upper case, or one that begins with a blank, would never be found. */
static bool is_matchable(const char *word)
{
	if (*word == ' ')
		return false;
	for (; *word; word++)
		if ((unsigned char)*word < ' ' || *word == 0x7f || (*word >= 'A' && *word <= 'Z'))
			return false;
	return true;
}

static void check_phrase(struct rules_builder *b, const struct rule_phrase *phrase, unsigned line)
{
	for (const char *const *word = phrase->words; *word; word++)
		if (!is_matchable(*word))
			rules_fault_at(
			    b, line,
			    "phrase %s has the word \"%.60s\"; expected lower case, and no blank in front",
			    phrase->name, *word);
	for (int i = 0; i < 2; i++)
		for (const char *const *example = i ? phrase->misses : phrase->hits; *example; example++)
			if (!rules_code_of(*example, strcspn(*example, " -")))
				rules_fault_at(b, line, "example \"%.40s\" does not begin with a reply code",
					       *example);
}

void schema_phrase(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct rule_phrase phrase = { .name = text_of(key) };
	unsigned before = b->faults;
	char what[96];
	size_t place;

	snprintf(what, sizeof what, "phrase %.60s", text_of(key));
	if (!rules_is_word(text_of(key)) || key->data.scalar.length > RULES_NAME_MAX) {
		rules_fault_at(
		    b, line_of(key),
		    "\"%.40s\" is not a name of a phrase; expected lower case letters, digits and hyphens",
		    text_of(key));
	} else if (rules_lend(b, RULES_PHRASES, same_phrase, &phrase, line_of(key), what, &place)) {
		bool exists = place < b->tables[RULES_PHRASES].count;

		if (!exists && b->over_base)
			rules_fault_at(b, line_of(key),
				       "%s is not known; smtpscope rules list shows the phrases it asks for",
				       what);
		if (!exists)
			phrase.name = rules_keep_text(b, text_of(key), key->data.scalar.length);
		rules_read_entry(b, value, phrase_fields, sizeof phrase_fields / sizeof *phrase_fields,
				 &phrase, what);
		if (b->faults == before)
			check_phrase(b, &phrase, line_of(key));
		if (b->faults == before)
			rules_put(b, RULES_PHRASES, place, &phrase, line_of(key));
	}
	b->entry_faults += b->faults - before;
}
