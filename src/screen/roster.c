/* SPDX-License-Identifier: BSD-2-Clause */
#include "roster.h"

#include "redact.h"
#include "server_name.h"
#include "verdict.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRATCH = 64 * 1024, FORGOTTEN_PART = 10, ROW_TEXT = 512 /* bytes of the lines of a row, about */ };

struct roster *roster_create(bool show_secrets)
{
	struct roster *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->show_secrets = show_secrets;
	buf_init(&r->scratch, SCRATCH);
	return r;
}

static void free_row(struct roster *r, struct roster_row *row)
{
	dialogue_store_remove(&r->store, &row->kept);
	account_free(r->account, row->headline);
	account_free(r->account, row->advice);
	account_free(r->account, row->side);
	account_free(r->account, row->unseen);
	account_free(r->account, row);
}

/* Removes ended rows, the oldest first, at most |most|. */
static void forget(struct roster *r, size_t most)
{
	size_t kept = 0, gone = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct roster_row *row = r->rows[i];

		if (gone < most && row->ended) {
			free_row(r, row);
			gone++;
		} else {
			r->rows[kept++] = row;
		}
	}
	r->count = kept;
	r->forgotten += gone;
	r->revision++;
}

void roster_clear(struct roster *r)
{
	forget(r, SIZE_MAX);
	r->forgotten = 0;
	r->story_count = 0;
	r->sessions = r->count;
	r->replies = 0;
	memset(r->outcomes, 0, sizeof r->outcomes);
}

/* Frees what is charged to the account. */
static void clear(struct roster *r)
{
	for (size_t i = 0; i < r->count; i++)
		free_row(r, r->rows[i]);
	account_free(r->account, r->rows);
	account_free(r->account, r->stories);
	r->rows = NULL;
	r->stories = NULL;
	r->count = r->capacity = r->story_count = 0;
}

void roster_destroy(struct roster *r)
{
	if (!r)
		return;
	clear(r);
	if (r->recorder.scratch.limit)
		dialogue_recorder_finish(&r->recorder);
	buf_finish(&r->scratch);
	free(r);
}

struct roster_row *roster_find(const struct roster *r, uint64_t number)
{
	for (size_t i = r->count; i-- > 0;)
		if (r->rows[i]->number == number)
			return r->rows[i];
	return NULL;
}

const struct roster_story *roster_story_find(const struct roster *r, uint64_t number)
{
	for (size_t i = 0; i < r->story_count; i++)
		if (r->stories[i].number == number)
			return &r->stories[i];
	return NULL;
}

/************ rows ************/

static bool make_room(struct roster *r)
{
	size_t capacity = r->capacity ? 2 * r->capacity : 256;
	struct roster_row **grown;

	if (r->count >= r->most)
		forget(r, r->most / FORGOTTEN_PART);
	if (r->count >= r->most)
		return false;
	if (r->count < r->capacity)
		return true;
	grown = account_resize(r->account, r->rows, capacity * sizeof *grown);
	if (!grown)
		return false;
	r->rows = grown;
	r->capacity = capacity;
	return true;
}

static struct roster_row *row_of(struct roster *r, const struct record *record)
{
	const struct session_facts *session = record->event->session;
	struct roster_row *row = *record->attachment;

	if (row)
		return row;
	if (!make_room(r) || !(row = account_take_zeroed(r->account, 1, sizeof *row))) {
		r->memory_short = true;
		return NULL;
	}
	row->number = session->number;
	row->start = session->flow->first.time;
	row->outcome = SESSION_UNKNOWN;
	dialogue_store_add(&r->store, &row->kept);
	r->rows[r->count++] = row;
	r->sessions++;
	if (row->number > r->newest)
		r->newest = row->number;
	*record->attachment = row;
	return row;
}

/* Copies |text| with credentials masked; "" for NULL. */
static void keep_text(struct roster *r, const struct session_facts *session, char to[static ROSTER_TEXT_SIZE],
		      const char *text)
{
	struct span clean = text ? span_text(text) : span_text("");

	if (!r->show_secrets && session->secrets)
		clean = redact(&r->scratch, session->secrets, clean, SIZE_MAX);
	clean = span_first(clean, ROSTER_TEXT_SIZE - 1);
	memcpy(to, clean.at, clean.length);
	to[clean.length] = 0;
}

/* The message that tells most: the first that was not accepted, else the last. */
static const struct message *telling(const struct session_facts *session)
{
	for (size_t i = 0; i < session->message_count; i++)
		if (session->messages[i].outcome != OUTCOME_ACCEPTED)
			return &session->messages[i];
	return session->message_count ? &session->messages[session->message_count - 1] : NULL;
}

static void keep_message(struct roster *r, struct roster_row *row, const struct session_facts *session)
{
	const struct message *m = telling(session);

	if (!m)
		return;
	keep_text(r, session, row->from, m->mail_from ? (*m->mail_from ? m->mail_from : "<>") : "");
	keep_text(r, session, row->to, m->recipient_count ? m->recipients[0].address : NULL);
	keep_text(r, session, row->queue_id, m->queue_id);
	row->more_recipients = m->recipient_count ? m->recipient_count - 1 + message_omitted(m) : 0;
	if (m->code && (m->outcome != OUTCOME_ACCEPTED || !row->code))
		row->code = m->code;
}

static void keep_facts(struct roster *r, struct roster_row *row, const struct session_facts *session)
{
	const struct flow *flow = session->flow;
	struct span known = server_name(session);
	char name[SERVER_NAME_MAX + 1];

	row->client =
	    session_proxied(session)->client.addr.version ? session_proxied(session)->client : flow->client;
	row->server = flow->server;
	row->last = flow->last.time;
	keep_text(r, session, row->helo, session->helo);
	snprintf(name, sizeof name, "%.*s", (int)known.length, (const char *)known.at);
	keep_text(r, session, row->name, name);
}

static char *line(struct roster *r, const char *text)
{
	return text && *text ? account_string(r->account, span_first(span_text(text), ROSTER_LINE_MAX)) : NULL;
}

static void keep_verdict(struct roster *r, struct roster_row *row, const struct verdict *v)
{
	char text[ROSTER_LINE_MAX];

	if (!v)
		return;
	row->failed = v->failed;
	row->finding = v->finding;
	if (v->failed)
		snprintf(row->cause, sizeof row->cause, "%s",
			 v->cause && strcmp(v->cause, "unknown") != 0 ? v->cause
			 : v->id				      ? v->id
								      : "unknown");
	snprintf(row->id, sizeof row->id, "%s", v->id ? v->id : "");
	row->headline = line(r, v->headline);
	row->advice = line(r, v->advice);
	row->unseen = line(r, v->unseen_count ? v->unseen[0] : NULL);
	if (!v->headline)
		return;
	snprintf(text, sizeof text, "%s (%s). %s", responsible_words(v->responsible),
		 v->certainty == CERTAINTY_CERTAIN ? "certain" : "likely",
		 v->retry == RETRY_UNKNOWN ? "" : retry_words(v->retry));
	row->side = line(r, text);
}

static void end_session(struct roster *r, struct roster_row *row, const struct record *record)
{
	const struct session_facts *session = record->event->session;

	row->ended = true;
	row->outcome = session->outcome;
	keep_message(r, row, session);
	keep_verdict(r, row, record->verdict);
	if (record->ledger)
		for (int phase = 0; phase < LEDGER_PHASES; phase++)
			for (int owner = 0; owner < LEDGER_OWNERS; owner++)
				row->spent[phase][owner] = ledger_spent(
				    record->ledger, (enum ledger_phase)phase, (enum ledger_owner)owner);
	r->outcomes[session->outcome]++;
	*record->attachment = NULL;
}

static void keep_finding(struct roster_row *row, const struct finding *f)
{
	if (1 + (unsigned)f->severity > row->severity)
		row->severity = 1 + (unsigned)f->severity;
	row->findings++;
}

static void on_event(struct roster *r, struct roster_row *row, const struct smtp_event *event)
{
	if (event->kind == SMTP_REPLY) {
		unsigned code = event->exchange->reply->code;

		r->replies++;
		row->replies++;
		if (code >= 400)
			row->code = code;
	}
	keep_facts(r, row, event->session);
}

static void record(void *roster, const struct record *record)
{
	struct roster *r = roster;
	struct roster_row *row = row_of(r, record);

	if (!row)
		return;
	row->revision = ++r->revision;
	if (record->kind == RECORD_EVENT)
		on_event(r, row, record->event);
	if (record->kind == RECORD_FINDING)
		keep_finding(row, record->finding);
	if (record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED) {
		end_session(r, row, record);
	} else if (record->kind == RECORD_FINDING && r->held) {
		dialogue_settle_finding(&row->kept.dialogue, record->finding);
	} else {
		dialogue_record(&r->recorder, &row->kept.dialogue, record);
		dialogue_store_account(&r->store, &row->kept);
	}
}

/************ stories ************/

static void story(void *roster, const struct story *s)
{
	struct roster *r = roster;
	struct roster_story *to;

	if (!r->stories)
		r->stories = account_take_zeroed(r->account, ROSTER_STORIES_MAX, sizeof *r->stories);
	if (!r->stories)
		return;
	if (r->story_count == ROSTER_STORIES_MAX)
		memmove(r->stories, r->stories + 1, --r->story_count * sizeof *r->stories);
	to = &r->stories[r->story_count++];
	*to = (struct roster_story){ .number = s->number,
				     .outcome = s->outcome,
				     .session_count = s->attempt_count };
	snprintf(to->headline, sizeof to->headline, "%s", s->headline ? s->headline : "");
	snprintf(to->advice, sizeof to->advice, "%s", s->advice ? s->advice : "");
	for (size_t i = 0; i < s->attempt_count; i++) {
		struct roster_row *row = roster_find(r, s->attempts[i].session);

		if (i < sizeof to->sessions / sizeof *to->sessions)
			to->sessions[i] = s->attempts[i].session;
		if (row)
			row->story = s->number;
	}
	r->revision++;
}

/************ the format ************/

static void *create(const struct report_config *config)
{
	const size_t row_size = sizeof(struct roster_row) + ROW_TEXT;
	struct roster *r = config->context;

	dialogue_recorder_init(&r->recorder, config->show_secrets, config->several_inputs);
	r->held = config->held;
	r->account = r->store.account = config->account;
	r->most = account_share(config->account, ROSTER_ROWS_MAX * row_size, 4) / row_size;
	return r;
}

static void summary(void *roster, const struct report_summary *s)
{
	(void)roster;
	(void)s;
}

/* The roster outlives its pipeline, but not its account. Open sessions have ended by now. */
static void destroy(void *roster)
{
	struct roster *r = roster;

	clear(r);
	r->account = r->store.account = NULL;
}

const struct report_format roster_format = {
	.name = "screen",
	.create = create,
	.record = record,
	.story = story,
	.wants_raised = true,
	.summary = summary,
	.destroy = destroy,
};
