/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_list: one aligned line per session, in order of their numbers, and a line with the totals. A session
 * that has ended waits until earlier ones have ended; in live mode it does not wait. The width is that of the
 * terminal, at least 80 columns: each column gets its minimum width and a share of the rest.
 */
#include "report.h"

#include "escape.h"
#include "figures.h"
#include "names.h"
#include "redact.h"

#include <stdlib.h>

enum {
	/* bytes of waiting lines; with more, lines are written out of order */
	LIST_WAITING = 16 * 1024 * 1024,
	LINE_LIMIT = 16 * 1024,
	SCRATCH = 64 * 1024,
	WIDTH_MIN = 80,
	WIDTH_MAX = 250,
	CAUSE_SIZE = 48,
};

enum column { NUMBER, START, CLIENT, SERVER, HELO, FROM, TO, OUTCOME, CODE, CAUSE, COLUMNS };

static const struct {
	const char *head;
	size_t least, good, most; /* columns: minimum; before other columns get more than this; maximum */
} columns[COLUMNS] = {
	[NUMBER] = { "#", 5, 5, 5 },	    [START] = { "START", 8, 19, 19 },
	[CLIENT] = { "CLIENT", 9, 15, 39 }, [SERVER] = { "SERVER", 8, 15, 39 },
	[HELO] = { "HELO", 4, 20, 40 },	    [FROM] = { "FROM", 9, 24, 50 },
	[TO] = { "TO", 9, 24, 50 },	    [OUTCOME] = { "OUTCOME", 9, 9, 9 },
	[CODE] = { "COD", 3, 3, 3 },	    [CAUSE] = { "CAUSE", 7, 20, 30 },
};

/* A session. */
struct row {
	struct row *before, *next; /* in order of numbers */
	uint64_t number;
	char cause[CAUSE_SIZE]; /* of its most severe finding, "": none */
	int weight;		/* of that finding */
	unsigned refusal;	/* code of the last rejection, 0: none */
	char *line;		/* NULL: the session has not ended */
	size_t length;
};

struct report_list {
	struct report_config config;
	size_t widths[COLUMNS];
	struct buf line, scratch;
	struct row *first, *last;
	size_t waiting; /* bytes of lines */
	uint64_t outcomes[SESSION_UNKNOWN + 1], lines;
};

/* Distributes |left| columns, one to each column in turn, up to |good| or |most|. Returns the rest. */
static size_t grow(struct report_list *r, size_t left, bool to_most)
{
	for (bool grown = true; left && grown;) {
		grown = false;
		for (int c = 0; c < COLUMNS && left; c++) {
			if (c == START || r->widths[c] >= (to_most ? columns[c].most : columns[c].good))
				continue;
			r->widths[c]++;
			left--;
			grown = true;
		}
	}
	return left;
}

static void set_widths(struct report_list *r)
{
	size_t width = r->config.width < WIDTH_MIN   ? WIDTH_MIN
		       : r->config.width > WIDTH_MAX ? WIDTH_MAX
						     : r->config.width;
	size_t left = width - WIDTH_MIN;

	for (int c = 0; c < COLUMNS; c++)
		r->widths[c] = columns[c].least;
	/* A date is shown completely or not at all. */
	if (width >= 2 * WIDTH_MIN) {
		r->widths[START] = columns[START].most;
		left -= columns[START].most - columns[START].least;
	}
	grow(r, grow(r, left, false), true);
}

static void *create(const struct report_config *config)
{
	struct report_list *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->config = *config;
	buf_init(&r->line, LINE_LIMIT);
	buf_init(&r->scratch, SCRATCH);
	set_widths(r);
	return r;
}

/************ rows ************/

static struct row *row_of(struct report_list *r, const struct record *record)
{
	struct row *row = *record->attachment, *before = r->last;

	if (row)
		return row;
	row = calloc(1, sizeof *row);
	if (!row)
		return NULL;
	row->number = record->event->session->number;
	while (before && before->number > row->number)
		before = before->before;
	row->before = before;
	row->next = before ? before->next : r->first;
	*(row->next ? &row->next->before : &r->last) = row;
	*(before ? &before->next : &r->first) = row;
	*record->attachment = row;
	return row;
}

static void forget(struct report_list *r, struct row *row)
{
	*(row->before ? &row->before->next : &r->first) = row->next;
	*(row->next ? &row->next->before : &r->last) = row->before;
	r->waiting -= row->length;
	free(row->line);
	free(row);
}

/* Writes lines with no earlier session pending or, if too many are waiting, all lines. */
static void write_due(struct report_list *r)
{
	bool all = r->waiting > LIST_WAITING || r->config.live;

	for (struct row *row = r->first, *next; row && (all || row->line); row = next) {
		next = row->next;
		if (!row->line)
			continue;
		output_write(r->config.out, row->line, row->length);
		forget(r, row);
	}
}

/* A failed delivery outranks any other finding; then the most severe, then the first. */
static void note_finding(struct row *row, const struct finding *f)
{
	bool failed = strcmp(f->id, "delivery-failed") == 0;
	int weight = failed ? 4 : (int)f->severity;

	if (weight <= row->weight || weight == SEVERITY_INFO)
		return;
	row->weight = weight;
	snprintf(row->cause, sizeof row->cause, "%s",
		 f->cause && strcmp(f->cause, "unknown") != 0 ? f->cause : f->id);
}

/************ a line ************/

/* Writes |text| padded to the column. Text that is too long is cut, at its beginning if |tail|. */
static void put(struct report_list *r, enum column column, struct span text, bool tail)
{
	size_t width = r->widths[column], used;

	if (tail && escape_width(text) > width) {
		size_t whole = escape_width(text);

		/* Addresses are plain ASCII: one byte is one column. */
		buf_text(&r->line, "…");
		used = 1 + escape_append(&r->line, span_from(text, whole - (width - 1)), width - 1);
	} else {
		used = escape_append(&r->line, text, width);
	}
	for (; column + 1 < COLUMNS && used <= width; used++)
		buf_text(&r->line, " ");
}

static void put_text(struct report_list *r, enum column column, const char *text)
{
	put(r, column, span_text(text && *text ? text : "-"), false);
}

static struct span hidden(struct report_list *r, const struct session_facts *session, const char *text)
{
	return r->config.show_secrets ? span_text(text)
				      : redact(&r->scratch, session->secrets, span_text(text), SIZE_MAX);
}

/* "a@example.com +2": an address and the number of further ones. */
static void put_address(struct report_list *r, enum column column, const struct session_facts *session,
			const char *address, uint64_t more)
{
	struct span text = address && !*address ? span_text("<>")
			   : address		? hidden(r, session, address)
						: span_text("-");
	size_t width = r->widths[column], used;
	char count[24] = "";

	if (more)
		snprintf(count, sizeof count, " +%llu", (unsigned long long)more);
	if (strlen(count) + 2 > width)
		count[0] = 0;
	used = escape_append(&r->line, text, width - strlen(count));
	buf_text(&r->line, count);
	for (used += strlen(count); used <= width; used++)
		buf_text(&r->line, " ");
}

static void put_endpoint(struct report_list *r, enum column column, const struct endpoint *e)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(text, &e->addr);
	put(r, column, span_text(text), true);
}

/* The most relevant message: the first that was not accepted, otherwise the first. */
static const struct message *telling(const struct session_facts *session)
{
	for (size_t i = 0; i < session->message_count; i++)
		if (session->messages[i].outcome != OUTCOME_ACCEPTED)
			return &session->messages[i];
	return session->message_count ? &session->messages[0] : NULL;
}

static void put_start(struct report_list *r, tstamp start)
{
	char text[TSTAMP_TEXT_SIZE];

	tstamp_format(text, start, 0);
	/* "2026-11-28T15:04:05Z" */
	if (strlen(text) == 20) {
		text[10] = ' ';
		text[19] = 0;
		put(r, START, span_text(r->widths[START] < 19 ? text + 11 : text), false);
	} else {
		put_text(r, START, "");
	}
}

/*
 * From the message that was not accepted; otherwise from what was rejected; otherwise from the accepted
 * message.
 */
static unsigned telling_code(const struct row *row, const struct session_facts *session,
			     const struct message *m)
{
	bool refused = session->outcome != SESSION_DELIVERED && row && row->refusal;

	if (m && m->code && (m->outcome != OUTCOME_ACCEPTED || !refused))
		return m->code;
	return refused ? row->refusal : 0;
}

static void put_code(struct report_list *r, unsigned code)
{
	char text[12] = "";

	if (code)
		snprintf(text, sizeof text, "%u", code);
	put_text(r, CODE, text);
}

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

static void make_line(struct report_list *r, const struct row *row, const struct session_facts *session)
{
	const struct message *m = telling(session);
	char number[24];

	buf_clear(&r->line);
	snprintf(number, sizeof number, "%*llu", (int)r->widths[NUMBER], (unsigned long long)session->number);
	buf_text(&r->line, number);
	buf_text(&r->line, " ");
	put_start(r, session->flow->first.time);
	put_endpoint(r, CLIENT,
		     session->proxied.client.addr.version ? &session->proxied.client : &session->flow->client);
	put_endpoint(r, SERVER, &session->flow->server);
	put(r, HELO, session->helo && *session->helo ? hidden(r, session, session->helo) : span_text("-"),
	    false);
	put_address(r, FROM, session, m ? m->mail_from : NULL,
		    session->message_count ? session->message_count - 1 + session->messages_omitted : 0);
	put_address(r, TO, session, m && m->recipient_count ? m->recipients[0].address : NULL,
		    m && m->recipient_count ? m->recipient_count - 1 + m->recipients_omitted : 0);
	if (r->config.color)
		buf_text(&r->line, hue_of(session->outcome));
	put_text(r, OUTCOME, name_session_outcome(session->outcome));
	if (r->config.color)
		buf_text(&r->line, "\x1b[0m");
	put_code(r, telling_code(row, session, m));
	put_text(r, CAUSE, row ? row->cause : "");
	buf_text(&r->line, "\n");
}

static void write_head(struct report_list *r)
{
	if (r->lines++)
		return;
	buf_clear(&r->line);
	for (int c = 0; c < COLUMNS; c++) {
		if (c == NUMBER)
			for (size_t i = 1; i < r->widths[NUMBER]; i++)
				buf_text(&r->line, " ");
		if (c == NUMBER)
			buf_text(&r->line, "# ");
		else
			put_text(r, (enum column)c, columns[c].head);
	}
	buf_text(&r->line, "\n");
	output_write(r->config.out, r->line.at, r->line.length);
}

static void end_session(struct report_list *r, struct row *row, const struct record *record)
{
	const struct session_facts *session = record->event->session;

	write_head(r);
	r->outcomes[session->outcome]++;
	make_line(r, row, session);
	if (row)
		row->line = malloc(r->line.length);
	if (!row || !row->line) {
		/* There is no memory to keep it. */
		output_write(r->config.out, r->line.at, r->line.length);
		if (row)
			forget(r, row);
	} else {
		memcpy(row->line, r->line.at, r->line.length);
		row->length = r->line.length;
		r->waiting += row->length;
	}
	*record->attachment = NULL;
	write_due(r);
}

static void record(void *report, const struct record *record)
{
	struct report_list *r = report;
	struct row *row = row_of(r, record);

	if (row && record->kind == RECORD_FINDING)
		note_finding(row, record->finding);
	if (record->kind == RECORD_FINDING)
		return;
	if (row && record->event->kind == SMTP_REPLY && record->event->exchange->reply->code >= 400)
		row->refusal = record->event->exchange->reply->code;
	if (record->event->kind == SMTP_ENDED)
		end_session(r, row, record);
}

static void drop(void *report, const struct record *record)
{
	if (*record->attachment)
		forget(report, *record->attachment);
	*record->attachment = NULL;
	write_due(report);
}

/* "12 of 28 sessions: 9 delivered, 3 rejected", and the problems of the input. */
static void summary(void *report, const struct report_summary *s)
{
	static const enum session_outcome order[] = { SESSION_DELIVERED, SESSION_PARTIAL, SESSION_DEFERRED,
						      SESSION_REJECTED,	 SESSION_ABORTED, SESSION_UNKNOWN,
						      SESSION_NO_MAIL };
	struct report_list *r = report;
	const char *between = ": ";
	char figure[FIGURE_SIZE];

	write_due(r);
	buf_clear(&r->line);
	if (r->lines)
		buf_text(&r->line, "\n");
	if (s->selected && s->shown != s->sessions)
		buf_format(&r->line, "%llu of ", (unsigned long long)s->shown);
	figure_many(figure, s->sessions, "session", NULL);
	buf_text(&r->line, figure);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		if (!r->outcomes[order[i]])
			continue;
		buf_format(&r->line, "%s%llu %s", between, (unsigned long long)r->outcomes[order[i]],
			   name_session_outcome(order[i]));
		between = ", ";
	}
	buf_text(&r->line, "\n");
	if (s->dropped_known && s->dropped_packets)
		buf_format(&r->line, "%llu packets were dropped before they could be read\n",
			   (unsigned long long)s->dropped_packets);
	if (s->evicted_sessions)
		buf_format(&r->line, "%llu sessions were dropped early to limit memory\n",
			   (unsigned long long)s->evicted_sessions);
	output_write(r->config.out, r->line.at, r->line.length);
	for (size_t i = 0; i < s->error_count; i++) {
		buf_clear(&r->line);
		buf_text(&r->line, "Input: ");
		escape_append(&r->line, span_text(s->errors[i]), WIDTH_MAX);
		buf_text(&r->line, "\n");
		output_write(r->config.out, r->line.at, r->line.length);
	}
}

static void destroy(void *report)
{
	struct report_list *r = report;

	if (!r)
		return;
	while (r->first)
		forget(r, r->first);
	buf_finish(&r->line);
	buf_finish(&r->scratch);
	free(r);
}

const struct report_format report_list = {
	.name = "list",
	.create = create,
	.record = record,
	.drop = drop,
	.summary = summary,
	.destroy = destroy,
};
