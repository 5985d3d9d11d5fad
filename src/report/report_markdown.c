/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_markdown: text for a ticket: a section for each session that failed (ticket.h) and for each story, and the totals.
 * Sessions without a failure are only counted.
 */
#include "report.h"

#include "dialogue_recorder.h"
#include "dialogue_store.h"
#include "figures.h"
#include "markdown.h"
#include "names.h"
#include "story.h"
#include "ticket.h"
#include "verdict.h"
#include <stdlib.h>

enum { SCRATCH = 1024 * 1024, SECTION_LIMIT = 1024 * 1024, SESSIONS_NAMED = 12 };

struct report_markdown {
	struct report_config config;
	struct dialogue_recorder recorder;
	struct dialogue_store store;
	struct buf section, scratch;
	uint64_t tickets, outcomes[SESSION_UNKNOWN + 1];
};

static void *create(const struct report_config *config)
{
	struct report_markdown *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->config = *config;
	r->store.account = config->account;
	dialogue_recorder_init(&r->recorder, config->show_secrets, config->several_inputs);
	buf_init(&r->section, SECTION_LIMIT);
	buf_init(&r->scratch, SCRATCH);
	output_write(config->out, "# Mail sessions\n\n", sizeof "# Mail sessions\n\n" - 1);
	return r;
}

static void write_section(struct report_markdown *r)
{
	output_write(r->config.out, r->section.at, r->section.length);
	buf_clear(&r->section);
}

static void end_session(struct report_markdown *r, struct kept_dialogue *kept, const struct record *record)
{
	const struct session_facts *session = record->event->session;
	const struct verdict *v = record->verdict;
	struct ticket ticket = {
		.out = &r->section,
		.record = record,
		.dialogue = kept ? &kept->dialogue : NULL,
		.secrets = r->config.show_secrets ? NULL : session->secrets,
		.scratch = &r->scratch,
	};

	r->outcomes[session->outcome]++;
	if (v && v->failed && v->headline) {
		r->tickets++;
		ticket_write(&ticket);
		write_section(r);
	}
	dialogue_store_forget(&r->store, record->attachment);
}

static void record(void *report, const struct record *record)
{
	struct report_markdown *r = report;
	struct kept_dialogue *kept = dialogue_store_keep(&r->store, record->attachment);

	if (record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED) {
		end_session(r, kept, record);
	} else if (kept && record->kind == RECORD_FINDING && r->config.held) {
		dialogue_settle_finding(&kept->dialogue, record->finding);
	} else if (kept) {
		dialogue_record(&r->recorder, &kept->dialogue, record);
		dialogue_store_account(&r->store, kept);
	}
}

static void story(void *report, const struct story *s)
{
	struct report_markdown *r = report;

	buf_text(&r->section, "## Story: ");
	markdown_prose(&r->section, span_text(s->headline));
	buf_text(&r->section, "\n\n");
	if (s->advice && *s->advice) {
		buf_text(&r->section, "- **What to do:** ");
		markdown_prose(&r->section, span_text(s->advice));
		buf_text(&r->section, "\n");
	}
	buf_format(&r->section, "- **Who has to act:** %s\n- **Sessions:** ",
		   responsible_words(s->responsible));
	for (size_t i = 0; i < s->attempt_count && i < SESSIONS_NAMED; i++)
		buf_format(&r->section, "%s%llu", i ? ", " : "", (unsigned long long)s->attempts[i].session);
	if (s->attempt_count > SESSIONS_NAMED)
		buf_format(&r->section, ", +%zu", s->attempt_count - SESSIONS_NAMED);
	buf_text(&r->section, "\n\n");
	write_section(r);
}

static void drop(void *report, const struct record *record)
{
	struct report_markdown *r = report;

	dialogue_store_forget(&r->store, record->attachment);
}

static void summary(void *report, const struct report_summary *s)
{
	static const enum session_outcome order[] = { SESSION_DELIVERED, SESSION_PARTIAL, SESSION_DEFERRED,
						      SESSION_REJECTED,	 SESSION_ABORTED, SESSION_UNKNOWN,
						      SESSION_NO_MAIL };
	struct report_markdown *r = report;
	const char *between = ": ";
	char figure[FIGURE_SIZE];

	figure_many(figure, s->selected ? s->shown : s->sessions, "session", NULL);
	buf_format(&r->section, "## Totals\n\n%s", figure);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		if (!r->outcomes[order[i]])
			continue;
		buf_format(&r->section, "%s%llu %s", between, (unsigned long long)r->outcomes[order[i]],
			   name_session_outcome(order[i]));
		between = ", ";
	}
	buf_format(&r->section, "%s\n", r->tickets ? "." : ". No session failed.");
	for (size_t i = 0; i < s->error_count; i++) {
		buf_text(&r->section, "\nInput: ");
		markdown_prose(&r->section, span_text(s->errors[i]));
		buf_text(&r->section, "\n");
	}
	write_section(r);
}

static void destroy(void *report)
{
	struct report_markdown *r = report;

	if (!r)
		return;
	dialogue_store_clear(&r->store);
	dialogue_recorder_finish(&r->recorder);
	buf_finish(&r->section);
	buf_finish(&r->scratch);
	free(r);
}

const struct report_format report_markdown = {
	.name = "markdown",
	.create = create,
	.record = record,
	.story = story,
	.wants_raised = true,
	.drop = drop,
	.summary = summary,
	.destroy = destroy,
};
