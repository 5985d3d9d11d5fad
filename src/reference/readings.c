/* SPDX-License-Identifier: BSD-2-Clause */
#include "readings.h"

#include "enhanced.h"
#include <stdio.h>
#include <string.h>

/* Does the rule require the code? */
static bool requires(const struct rule_text *r, const struct meaning *m)
{
	const unsigned *k = r->enhanced;

	while (*k && *k != rule_enhanced_key(m->class, m->subject, m->detail) &&
	       *k != rule_enhanced_key(0, m->subject, m->detail))
		k++;
	return *k != 0;
}

/* Do the rule's patterns look for codes of the subject? As they escape it: "7\." */
static bool names_subject(const struct rule_text *r, unsigned subject)
{
	char text[16];

	snprintf(text, sizeof text, "\\.%u\\.", subject);
	for (const char *const *pattern = r->patterns; *pattern; pattern++)
		if (strstr(*pattern, text))
			return true;
	return false;
}

/* Is the rule's first example a reply with the code, "550 5.7.51 ...", and is that more than chance? */
static bool shows(const struct rule_text *r, const struct meaning *m)
{
	struct span text = span_text(r->hits[0] ? r->hits[0] : "");
	struct enhanced code;

	return names_subject(r, m->subject) && text.length > 4 && text.at[3] == ' ' &&
	       enhanced_read(span_from(text, 4), &code) && code.class == m->class &&
	       code.subject == m->subject && code.detail == m->detail;
}

size_t readings_find(const struct rules *rules, const struct meaning *m,
		     const struct rule_text *found[static READINGS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; m->has_enhanced && i < rules->text_count; i++) {
		const struct rule_text *r = &rules->texts[i];

		if (r->level != RULE_PROVIDER || !r->detail || (!requires(r, m) && !shows(r, m)))
			continue;
		if (count == READINGS_MAX)
			return 0;
		found[count++] = r;
	}
	return count;
}
