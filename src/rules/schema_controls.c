/* SPDX-License-Identifier: BSD-2-Clause */
/* The schema of controls. A set that is laid over another may change them and add some. */
#include "schema.h"
#include <stdio.h>
#include <string.h>

static const struct field control_fields[] = {
	{ "language", FIELD_WORD, true, offsetof(struct rule_control, language), RULES_NAME_MAX },
	{ "replies", FIELD_TEXTS, true, offsetof(struct rule_control, replies), RULES_TEXT_MAX },
};

static bool same_control(const void *entry, const void *key)
{
	return strcmp(((const struct rule_control *)entry)->name, ((const struct rule_control *)key)->name) ==
	       0;
}

static void check_control(struct rules_builder *b, const struct rule_control *c, const char *what, unsigned line)
{
	if (strlen(c->language) != 2)
		rules_fault_at(b, line, "%s has the language \"%.10s\"; expected two letters such as en",
			       what, c->language);
	for (const char *const *reply = c->replies; *reply; reply++)
		if (!rules_code_of(*reply, strcspn(*reply, " -")))
			rules_fault_at(b, line, "reply \"%.40s\" does not begin with a reply code", *reply);
}

void schema_control(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value)
{
	struct rule_control control = { .name = text_of(key) };
	unsigned before = b->faults;
	char what[96];
	size_t place;

	snprintf(what, sizeof what, "control %.60s", text_of(key));
	if (!rules_is_word(text_of(key)) || key->data.scalar.length > RULES_NAME_MAX) {
		rules_fault_at(
		    b, line_of(key),
		    "\"%.40s\" is not a name of a control; expected lower case letters, digits and hyphens",
		    text_of(key));
		return;
	}
	if (!rules_lend(b, RULES_CONTROLS, same_control, &control, line_of(key), what, &place))
		return;
	if (place == b->tables[RULES_CONTROLS].count)
		control.name = rules_keep_text(b, text_of(key), key->data.scalar.length);
	rules_read_entry(b, value, control_fields, sizeof control_fields / sizeof *control_fields, &control,
			 what);
	if (b->faults == before)
		check_control(b, &control, what, line_of(key));
	if (b->faults == before)
		rules_put(b, RULES_CONTROLS, place, &control, line_of(key));
}
