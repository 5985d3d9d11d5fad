/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema of stories. The program knows each pattern by its position, so a set that is laid over another may change words but not add
 * patterns.
 */
#include "schema.h"
#include <stdio.h>
#include <string.h>

const char *const rule_story_placeholders[] = { "server", "last-server", "reason", "time", "sessions", NULL };

static const struct field story_fields[] = {
	{ "headline", FIELD_LINE, true, offsetof(struct rule_story, headline), RULES_TEXT_MAX },
	{ "advice", FIELD_LINE, true, offsetof(struct rule_story, advice), RULES_TEXT_MAX },
	{ "if-greylisted", FIELD_LINE, false, offsetof(struct rule_story, if_greylisted), RULES_TEXT_MAX },
	{ "if-automatic", FIELD_LINE, false, offsetof(struct rule_story, if_automatic), RULES_TEXT_MAX },
	{ "if-later", FIELD_LINE, false, offsetof(struct rule_story, if_later), RULES_TEXT_MAX },
	{ "if-in-doubt", FIELD_LINE, false, offsetof(struct rule_story, if_in_doubt), RULES_TEXT_MAX },
};

static bool same_story(const void *entry, const void *key)
{
	return strcmp(((const struct rule_story *)entry)->name, ((const struct rule_story *)key)->name) == 0;
}

static bool is_placeholder(const char *name, size_t length)
{
	for (const char *const *p = rule_story_placeholders; *p; p++)
		if (strlen(*p) == length && memcmp(*p, name, length) == 0)
			return true;
	return false;
}

static void check_placeholders(struct rules_builder *b, const char *text, const char *what, unsigned line)
{
	for (const char *at = text; at && (at = strchr(at, '{')); at++) {
		size_t length = strcspn(at + 1, "}");

		if (!at[1 + length] || !is_placeholder(at + 1, length))
			rules_fault_at(b, line, "%s has the unknown placeholder \"%.40s\"", what, at);
	}
}

void schema_story(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct rule_story story = { .name = text_of(key) };
	char what[96];
	size_t place;

	snprintf(what, sizeof what, "story %.60s", text_of(key));
	if (!rules_is_word(text_of(key)) || key->data.scalar.length > RULES_NAME_MAX) {
		rules_fault_at(
		    b, line_of(key),
		    "\"%.40s\" is not a name of a story; expected lower case letters, digits and hyphens",
		    text_of(key));
		return;
	}
	if (!rules_lend(b, RULES_STORIES, same_story, &story, line_of(key), what, &place))
		return;
	if (place == b->tables[RULES_STORIES].count) {
		if (b->over_base)
			rules_fault_at(b, line_of(key), "%s is not known; the program defines the patterns",
				       what);
		story.name = rules_keep_text(b, text_of(key), key->data.scalar.length);
	}
	rules_read_entry(b, value, story_fields, sizeof story_fields / sizeof *story_fields, &story, what);
	for (size_t i = 0; i < sizeof story_fields / sizeof *story_fields; i++)
		check_placeholders(b, *(const char *const *)((const char *)&story + story_fields[i].offset),
				   what, line_of(key));
	rules_put(b, RULES_STORIES, place, &story, line_of(key));
}
