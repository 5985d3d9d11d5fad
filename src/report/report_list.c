/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_list: one aligned line per session, in order of their numbers, and a summary. Lines wait until the end, so that the columns
 * fit their content and the sessions of a story can be marked; if there are too many, and in live mode, they are written earlier.
 * The width is that of the terminal, at least 80 columns.
 */
#include "report.h"

#include "escape.h"
#include "figures.h"
#include "list_columns.h"
#include "look_further.h"
#include "names.h"
#include "redact.h"
#include "session_order.h"
#include "story.h"
#include "story_marks.h"
#include "summary_page.h"

#include <stdlib.h>

enum {
	/* bytes of waiting rows; with more, they are written without marks, and further ones as soon as they can be */
	LIST_WAITING = 32 * 1024 * 1024,
	LINE_LIMIT = 16 * 1024,
	SUMMARY_LIMIT = 256 * 1024,
	SCRATCH = 64 * 1024,
	CAUSE_SIZE = 48,
	FINDINGS_KEPT = 6, /* of a session, about replies */
	FIELD_KEPT = 200,  /* bytes of an address or a name */
};

/* A session. */
struct row {
	struct turn turn;	/* first, so that a pointer to it is one to the row */
	char cause[CAUSE_SIZE]; /* of its most severe finding, "": none */
	int weight;		/* of that finding */
	unsigned refusal;	/* code of the last rejection, 0: none */
	struct {
		uint64_t number;
		unsigned code;
	} told[FINDINGS_KEPT]; /* findings and the codes of the replies they are about */
	unsigned told_count;
	/* once it has ended: */
	enum session_outcome outcome;
	char *fields; /* the texts of the columns, each followed by NUL */
};

struct report_list {
	struct report_config config;
	struct list_columns columns;
	struct turns turns;
	struct buf line, scratch, fields;
	bool writing; /* rows are no longer held back, */
	bool early;   /* although most of them are still to come */
	uint64_t outcomes[SESSION_UNKNOWN + 1], lines;
	struct failure_groups groups;
	struct story_marks marks;
};

static void *create(const struct report_config *config)
{
	struct report_list *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->config = *config;
	buf_init(&r->line, LINE_LIMIT);
	buf_init(&r->scratch, SCRATCH);
	buf_init(&r->fields, LINE_LIMIT);
	list_columns_init(&r->columns, config->width);
	r->writing = r->early = config->live;
	return r;
}

/************ rows ************/

static struct row *row_of(struct report_list *r, const struct record *record)
{
	struct row *row = *record->attachment;

	if (row)
		return row;
	row = account_take_zeroed(r->config.account, 1, sizeof *row);
	if (!row)
		return NULL;
	turns_join(&r->turns, &row->turn, record->event->session->number);
	*record->attachment = row;
	return row;
}

static void forget(struct report_list *r, struct row *row)
{
	turns_leave(&r->turns, &row->turn);
	account_free(r->config.account, row->fields);
	account_free(r->config.account, row);
}

/* A failed delivery outranks any other finding; then the most severe, then the first. */
static void note_finding(struct row *row, const struct finding *f)
{
	bool failed = strcmp(f->id, "delivery-failed") == 0;
	int weight = failed ? 4 : (int)f->severity;

	if (f->code && row->told_count < FINDINGS_KEPT) {
		row->told[row->told_count].number = f->number;
		row->told[row->told_count++].code = f->code;
	}
	if (weight <= row->weight || weight == SEVERITY_INFO)
		return;
	row->weight = weight;
	snprintf(row->cause, sizeof row->cause, "%s",
		 f->cause && strcmp(f->cause, "unknown") != 0 ? f->cause : f->id);
}

/************ writing ************/

static const char *hue_of(enum session_outcome outcome)
{
	switch (outcome) {
	case SESSION_DELIVERED:
		return "\x1b[32m";
	case SESSION_REJECTED:
		return "\x1b[1;31m";
	case SESSION_PARTIAL:
	case SESSION_DEFERRED:
	case SESSION_ABORTED:
		return "\x1b[33m";
	case SESSION_NO_MAIL:
	case SESSION_UNKNOWN:
		break;
	}
	return "";
}

static void write_line(struct report_list *r)
{
	buf_text(&r->line, "\n");
	output_write(r->config.out, r->line.at, r->line.length);
	buf_clear(&r->line);
}

static void trim(struct report_list *r)
{
	while (r->line.length && r->line.at[r->line.length - 1] == ' ')
		r->line.length--;
}

static void write_row(struct report_list *r, const struct row *row)
{
	const char *field = row->fields;
	const char *hue = r->config.color ? hue_of(row->outcome) : "";

	for (int c = 0; c < LIST_COLUMNS; c++, field += strlen(field) + 1) {
		if (c == LIST_OUTCOME)
			buf_text(&r->line, hue);
		list_columns_put(&r->columns, &r->line, (enum list_column)c, field);
		if (c == LIST_OUTCOME && *hue)
			buf_text(&r->line, "\x1b[0m");
		if (c == LIST_NUMBER)
			buf_format(&r->line, "%c", story_mark_of(&r->marks, row->turn.number));
		if (c + 1 < LIST_COLUMNS)
			buf_text(&r->line, " ");
	}
	trim(r);
	write_line(r);
}

static void write_head(struct report_list *r)
{
	for (int c = 0; c < LIST_COLUMNS; c++) {
		list_columns_put(&r->columns, &r->line, (enum list_column)c,
				 list_columns_head((enum list_column)c));
		buf_text(&r->line, c == LIST_NUMBER ? "  " : c + 1 < LIST_COLUMNS ? " " : "");
	}
	trim(r);
	write_line(r);
}

/* Writes rows that no earlier session holds up; with |all|, everything that is ready. */
static void write_due(struct report_list *r, bool all)
{
	struct turn *next;

	for (struct turn *t = r->turns.first; t && !r->lines; t = t->next)
		if (t->ready)
			list_columns_fit(&r->columns, ((struct row *)t)->fields);
	while ((next = turns_due(&r->turns, all))) {
		if (r->lines++ == 0) {
			if (r->early)
				list_columns_expect(&r->columns);
			list_columns_settle(&r->columns);
			write_head(r);
		}
		write_row(r, (struct row *)next);
		forget(r, (struct row *)next);
	}
}

static void write_if_due(struct report_list *r)
{
	bool full = r->turns.bytes > account_share(r->config.account, LIST_WAITING, 8);

	r->writing |= full;
	if (r->writing)
		write_due(r, full || r->config.live);
}

/************ a row ************/

static void field(struct report_list *r, struct span text)
{
	if (!text.length)
		text = span_text("-");
	text = span_first(text, FIELD_KEPT);
	for (size_t i = 0; i < text.length; i++)
		buf_append(&r->fields, text.at[i] ? span_from(span_first(text, i + 1), i) : span_text("?"));
	buf_append(&r->fields, span_of("", 1));
}

static void field_text(struct report_list *r, const char *text)
{
	field(r, span_text(text ? text : ""));
}

static struct span hidden(struct report_list *r, const struct session_facts *session, const char *text)
{
	if (!text)
		return span_of(NULL, 0);
	return r->config.show_secrets ? span_text(text)
				      : redact(&r->scratch, session->secrets, span_text(text), SIZE_MAX);
}

/* "a@example.com +2": an address and the number of further ones. */
static void field_address(struct report_list *r, const struct session_facts *session, const char *address,
			  uint64_t more)
{
	struct span text = address && !*address ? span_text("<>") : hidden(r, session, address);

	field(r, text);
	if (!more)
		return;
	r->fields.length--;
	buf_format(&r->fields, LIST_MORE "%llu", (unsigned long long)more);
	buf_append(&r->fields, span_of("", 1));
}

static void field_endpoint(struct report_list *r, const struct endpoint *e)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(text, &e->addr);
	field_text(r, text);
}

/* The most relevant message: the first that was not accepted, otherwise the first. */
static const struct message *telling(const struct session_facts *session)
{
	for (size_t i = 0; i < session->message_count; i++)
		if (session->messages[i].outcome != OUTCOME_ACCEPTED)
			return &session->messages[i];
	return session->message_count ? &session->messages[0] : NULL;
}

/* "2026-11-28 15:04:05" */
static void field_start(struct report_list *r, tstamp start)
{
	char text[TSTAMP_TEXT_SIZE];

	tstamp_format(text, start, 0);
	if (strlen(text) == 20) {
		text[10] = ' ';
		text[19] = 0;
		field_text(r, text);
	} else {
		field_text(r, "");
	}
}

static unsigned last_code(const struct row *row, const struct session_facts *session, const struct message *m)
{
	bool refused = session->outcome != SESSION_DELIVERED && row->refusal;

	if (m && m->code && (m->outcome != OUTCOME_ACCEPTED || !refused))
		return m->code;
	return refused ? row->refusal : 0;
}

/*
 * Of the reply that the verdict is about; otherwise from the message that was not accepted; otherwise from what was rejected;
 * otherwise from the accepted message.
 */
static unsigned telling_code(const struct row *row, const struct session_facts *session,
			     const struct message *m, const struct verdict *v)
{
	for (unsigned i = 0; v && v->finding && i < row->told_count; i++)
		if (row->told[i].number == v->finding)
			return row->told[i].code;
	return last_code(row, session, m);
}

/* The cause of the failure; without one, that of the worst finding. */
static const char *cause_of(const struct row *row, const struct verdict *v)
{
	if (!v || !v->failed || !v->id)
		return row->cause;
	if (!v->cause || strcmp(v->cause, "unknown") == 0)
		return v->id;
	return v->cause;
}

static void make_fields(struct report_list *r, const struct row *row, const struct record *record)
{
	const struct session_facts *session = record->event->session;
	const struct message *m = telling(session);
	unsigned code = telling_code(row, session, m, record->verdict);
	char figure[FIGURE_SIZE];

	buf_clear(&r->fields);
	snprintf(figure, sizeof figure, "%llu", (unsigned long long)session->number);
	field_text(r, figure);
	field_start(r, session->flow->first.time);
	field_endpoint(r, session_proxied(session)->client.addr.version ? &session_proxied(session)->client
									: &session->flow->client);
	field_endpoint(r, &session->flow->server);
	field(r, hidden(r, session, session->helo));
	field_address(r, session, m ? m->mail_from : NULL,
		      session->message_count ? session->message_count - 1 + session->messages_omitted : 0);
	field_address(r, session, m && m->recipient_count ? m->recipients[0].address : NULL,
		      m && m->recipient_count ? message_recipients(m) - 1 : 0);
	field_text(r, name_session_outcome(session->outcome));
	snprintf(figure, sizeof figure, "%u", code);
	field_text(r, code ? figure : "");
	field_text(r, cause_of(row, record->verdict));
}

static void end_session(struct report_list *r, struct row *row, const struct record *record)
{
	r->outcomes[record->event->session->outcome]++;
	if (record->verdict && record->verdict->failed)
		failure_groups_add(&r->groups, record->event->session, record->verdict);
	*record->attachment = NULL;
	make_fields(r, row, record);
	row->outcome = record->event->session->outcome;
	row->fields = account_take(r->config.account, r->fields.length);
	if (!row->fields) {
		forget(r, row);
		return;
	}
	memcpy(row->fields, r->fields.at, r->fields.length);
	turns_ready(&r->turns, &row->turn, r->fields.length + sizeof *row);
	write_if_due(r);
}

static void record(void *report, const struct record *record)
{
	struct report_list *r = report;
	struct row *row = row_of(r, record);

	if (!row)
		return;
	if (record->kind == RECORD_FINDING)
		note_finding(row, record->finding);
	if (record->kind == RECORD_FINDING)
		return;
	if (record->event->kind == SMTP_REPLY && record->event->exchange->reply->code >= 400)
		row->refusal = record->event->exchange->reply->code;
	if (record->event->kind == SMTP_ENDED)
		end_session(r, row, record);
}

static void story(void *report, const struct story *s)
{
	struct report_list *r = report;

	story_marks_add(&r->marks, s);
}

static void drop(void *report, const struct record *record)
{
	struct report_list *r = report;

	if (*record->attachment)
		forget(r, *record->attachment);
	*record->attachment = NULL;
	write_if_due(r);
}

static void idle(void *report)
{
	struct report_list *r = report;
	bool any = turns_due(&r->turns, true);

	r->writing |= any;
	r->early |= any;
	if (any)
		write_due(r, true);
}

/************ the summary ************/

/* "12 of 28 sessions: 9 delivered, 3 rejected" */
static void put_totals(struct report_list *r, struct page *p, const struct report_summary *s)
{
	static const enum session_outcome order[] = { SESSION_DELIVERED, SESSION_PARTIAL, SESSION_DEFERRED,
						      SESSION_REJECTED,	 SESSION_ABORTED, SESSION_UNKNOWN,
						      SESSION_NO_MAIL };
	const char *between = ": ";
	char figure[FIGURE_SIZE];

	buf_clear(&r->line);
	if (s->selected && s->shown != s->sessions) {
		figure_count(figure, s->shown);
		buf_format(&r->line, "%s of ", figure);
	}
	figure_many(figure, s->sessions, "session", NULL);
	buf_text(&r->line, figure);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		if (!r->outcomes[order[i]])
			continue;
		figure_count(figure, r->outcomes[order[i]]);
		buf_format(&r->line, "%s%s %s", between, figure, name_session_outcome(order[i]));
		between = ", ";
	}
	page_wrap(p, buf_span(&r->line), 2, 0);
	page_newline(p);
}

static void summary(void *report, const struct report_summary *s)
{
	struct report_list *r = report;
	struct page page;

	story_marks_settle(&r->marks);
	write_due(r, true);
	if (r->lines)
		output_write(r->config.out, "\n", 1);
	page_init(&page, r->config.out, r->config.color, r->config.width < 80 ? 80 : r->config.width);
	put_totals(r, &page, s);
	failure_groups_page(&page, &r->groups);
	story_marks_page(&page, &r->marks);
	summary_page_input(&page, s);
	look_further_page(&page, &r->config, s, &r->groups, true);
	page_finish(&page);
}

static void destroy(void *report)
{
	struct report_list *r = report;

	if (!r)
		return;
	while (r->turns.first)
		forget(r, (struct row *)r->turns.first);
	story_marks_finish(&r->marks);
	failure_groups_finish(&r->groups);
	buf_finish(&r->line);
	buf_finish(&r->scratch);
	buf_finish(&r->fields);
	free(r);
}

const struct report_format report_list = {
	.name = "list",
	.create = create,
	.record = record,
	.story = story,
	.drop = drop,
	.idle = idle,
	.summary = summary,
	.destroy = destroy,
};
