/* SPDX-License-Identifier: BSD-2-Clause */
#include "clinic.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void note_finding(struct clinic *c, const struct finding *f)
{
	const struct rule_finding *rule = rules_finding(rules_builtin(), f->id, f->cause);

	/* Every cause a diagnosis names has words of its own. */
	ck_assert_ptr_nonnull(rule);
	ck_assert_str_eq(rule->cause, f->cause);
	ck_assert_ptr_null(strchr(f->why, '{'));
	ck_assert(f->frame_count > 0);
	if (c->watched && strcmp(c->watched, f->id) != 0)
		return;
	c->last = *f;
	snprintf(c->why, sizeof c->why, "%s", f->why);
	buf_format(&c->findings, "%s/%s", f->id, f->cause);
	buf_text(&c->findings, f->crossed ? " crossed" : "");
	buf_text(&c->findings, f->certainty == CERTAINTY_LIKELY ? " likely" : "");
	if (f->root)
		buf_format(&c->findings, " root=%" PRIu64, f->root);
	buf_text(&c->findings, "\n");
}

static void on_record(void *context, const struct record *record)
{
	static const char *const words[] = {
		[EXPECTED_YES] = "yes", [EXPECTED_NO] = "no", [EXPECTED_UNKNOWN] = "unknown"
	};
	struct clinic *c = context;

	if (record->kind == RECORD_FINDING)
		note_finding(c, record->finding);
	else if (record->annotation)
		buf_format(&c->expected, "%u %s\n", record->event->exchange->reply->code,
			   words[record->annotation->expected]);
}

void clinic_init(struct clinic *c, enum flow_opened opened, const char *watched)
{
	*c = (struct clinic){ .watched = watched };
	buf_init(&c->findings, 1 << 20);
	buf_init(&c->expected, 1 << 20);
	c->annotate = annotate_create(rules_builtin(), on_record, c);
	ck_assert_ptr_nonnull(c->annotate);
	dialog_init_with(&c->dialog, opened, NULL, annotate_push, c->annotate);
}

void clinic_say(struct clinic *c, const char *lines)
{
	while (*lines) {
		size_t length = strcspn(lines, "\n");
		char line[4096];

		ck_assert_uint_lt(length, sizeof line);
		memcpy(line, lines, length);
		line[length] = 0;
		if (strncmp(line, "wait ", 5) == 0)
			dialog_wait(&c->dialog, atoi(line + 5) * TSTAMP_SECOND);
		else
			dialog_say(&c->dialog, line);
		lines += length + (lines[length] != 0);
	}
}

static const char *take(struct buf *b)
{
	static char text[1 << 16];

	snprintf(text, sizeof text, "%s", buf_string(b));
	buf_clear(b);
	return text;
}

const char *clinic_findings(struct clinic *c)
{
	return take(&c->findings);
}

const char *clinic_expected(struct clinic *c)
{
	return take(&c->expected);
}

void clinic_finish(struct clinic *c)
{
	dialog_finish(&c->dialog);
	annotate_destroy(c->annotate);
	buf_finish(&c->findings);
	buf_finish(&c->expected);
}

const char *clinic_of(const char *watched, const char *lines)
{
	static struct clinic c;
	const char *findings;

	clinic_init(&c, FLOW_HANDSHAKE, watched);
	clinic_say(&c, lines);
	dialog_end(&c.dialog);
	findings = clinic_findings(&c);
	clinic_finish(&c);
	return findings;
}
