/* SPDX-License-Identifier: BSD-2-Clause */
#include "list_filter.h"

#include "code_pattern.h"
#include "figures.h"
#include "names.h"
#include "wildcard.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void filter_init(struct filter *f)
{
	*f = (struct filter){ 0 };
	criteria_init(&f->criteria);
}

void filter_finish(struct filter *f)
{
	criteria_finish(&f->criteria);
}

static bool set_session(struct criteria *c, const char *text, struct buf *error)
{
	c->session = strtoull(text, NULL, 10);
	if (!c->session)
		buf_format(error, "takes the number of a session, not '%s'", text);
	return c->session != 0;
}

static bool set_only(struct criteria *c, const char *text, struct buf *error)
{
	if (strcmp(text, "findings") == 0)
		c->only = REPORT_ONLY_FINDINGS;
	else if (strcmp(text, "failed") == 0)
		c->only = REPORT_ONLY_FAILED;
	else
		buf_format(error, "takes findings or failed, not '%s'", text);
	return c->only != REPORT_ALL;
}

static const struct {
	const char *name;
	criteria_setter *set;
} SELECTIONS[] = {
	{ "client", criteria_client }, { "server", criteria_server },	  { "from", criteria_from },
	{ "to", criteria_to },	       { "code", criteria_code },	  { "cause", criteria_cause },
	{ "match", criteria_match },   { "queue-id", criteria_queue_id }, { "since", criteria_since },
	{ "until", criteria_until },   { "session", set_session },	  { "only", set_only },
};

/* A word, or a selection. */
static bool take(struct filter *f, char *word, struct buf *error)
{
	char *value = strchr(word, '=');

	for (size_t i = 0; value && i < sizeof SELECTIONS / sizeof *SELECTIONS; i++) {
		size_t length = strlen(SELECTIONS[i].name);

		if ((size_t)(value - word) != length || memcmp(word, SELECTIONS[i].name, length) != 0)
			continue;
		buf_format(error, "%s= ", SELECTIONS[i].name);
		if (!SELECTIONS[i].set(&f->criteria, value + 1, error))
			return false;
		buf_clear(error);
		return true;
	}
	if (f->word_count == FILTER_WORDS_MAX) {
		buf_format(error, "at most %d words", FILTER_WORDS_MAX);
		return false;
	}
	f->words[f->word_count++] = word;
	return true;
}

bool filter_set(struct filter *f, const char *text, struct buf *error)
{
	char *rest = NULL;

	filter_finish(f);
	filter_init(f);
	snprintf(f->text, sizeof f->text, "%s", text);
	memcpy(f->store, f->text, sizeof f->store);
	for (char *word = strtok_r(f->store, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		if (!take(f, word, error)) {
			filter_finish(f);
			filter_init(f);
			return false;
		}
	return true;
}

bool filter_given(const struct filter *f)
{
	return f->word_count || criteria_given(&f->criteria);
}

/************ a row ************/

static bool has_word(const struct roster_row *row, const char *word)
{
	char client[FIGURE_SIZE], server[FIGURE_SIZE], code[12];
	const char *texts[] = { client,
				server,
				code,
				row->helo,
				row->name,
				row->from,
				row->to,
				row->queue_id,
				row->cause,
				row->id,
				row->ended ? name_session_outcome(row->outcome) : "open",
				row->headline ? row->headline : "" };

	figure_endpoint(client, &row->client);
	figure_endpoint(server, &row->server);
	snprintf(code, sizeof code, "%u", row->code);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcasestr(texts[i], word))
			return true;
	return false;
}

static bool has_code(const struct filter *f, const struct roster_row *row)
{
	for (const struct entry *e = row->kept.dialogue.first; e; e = e->next)
		if (e->kind == ENTRY_REPLY && code_pattern_match(f->criteria.code, e->code, e->enhanced))
			return true;
	return false;
}

static bool has_line(const struct filter *f, const struct roster_row *row)
{
	for (const struct entry *e = row->kept.dialogue.first; e; e = e->next)
		if ((e->kind == ENTRY_REPLY || e->kind == ENTRY_COMMAND || e->kind == ENTRY_LINE) &&
		    line_pattern_found(f->criteria.line, span_of(e->text, e->length)))
			return true;
	return false;
}

static bool has_cause(const struct filter *f, const struct roster_row *row)
{
	const char *cause = f->criteria.cause;

	if (strcmp(cause, row->cause) == 0 || strcmp(cause, row->id) == 0)
		return true;
	for (const struct entry *e = row->kept.dialogue.first; e; e = e->next)
		if (e->kind == ENTRY_FINDING && (strcmp(cause, entry_finding_text(e, FINDING_ID)) == 0 ||
						 strcmp(cause, entry_finding_text(e, FINDING_CAUSE)) == 0))
			return true;
	return false;
}

/* "" in the pattern is the null sender, which the row shows as "<>". */
static bool fits(const char *pattern, const char *text)
{
	if (!*pattern)
		return strcmp(text, "<>") == 0;
	return *text && wildcard_match(pattern, span_text(text));
}

static bool envelope_fits(const struct filter *f, const struct roster_row *row)
{
	const struct criteria *c = &f->criteria;

	return (!c->from || fits(c->from, row->from)) && (!c->to || fits(c->to, row->to)) &&
	       (!c->queue_id || strcmp(c->queue_id, row->queue_id) == 0);
}

static bool connection_fits(const struct filter *f, const struct roster_row *row)
{
	const struct criteria *c = &f->criteria;

	return (!c->session || c->session == row->number) &&
	       (!c->client.addr.version || network_has(&c->client, &row->client.addr)) &&
	       (!c->server.addr.version || network_has(&c->server, &row->server.addr)) &&
	       (!c->server_name || fits(c->server_name, row->name)) &&
	       (c->since == TSTAMP_NONE || row->last >= c->since) &&
	       (c->until == TSTAMP_NONE || row->start <= c->until);
}

bool filter_shows(const struct filter *f, const struct roster_row *row)
{
	const struct criteria *c = &f->criteria;

	if (!connection_fits(f, row) || !envelope_fits(f, row))
		return false;
	if (c->only == REPORT_ONLY_FAILED && !row->failed)
		return false;
	if (c->only == REPORT_ONLY_FINDINGS && row->severity < 1 + SEVERITY_WARNING)
		return false;
	if ((c->code && !has_code(f, row)) || (c->cause && !has_cause(f, row)) ||
	    (c->line && !has_line(f, row)))
		return false;
	for (size_t i = 0; i < f->word_count; i++)
		if (!has_word(row, f->words[i]))
			return false;
	return true;
}
