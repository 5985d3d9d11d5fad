/* SPDX-License-Identifier: BSD-2-Clause */
#include "selection.h"

#include "match.h"

#include <stdlib.h>

enum { SCRATCH = 1024 * 1024, LOSS_SIZE = 128 };

/* An open session. */
struct held {
	struct held *older, *newer; /* in order of when they last lost records, or began */
	uint64_t number;
	void *attachment; /* the format's own pointer for this session */
	struct match match;
	enum match_answer answer;
	struct buf text;  /* what the format wrote about it */
	uint64_t records; /* in |text| */
	uint64_t lost;	  /* records that were dropped */
};

struct selection {
	struct selection_config config;
	bool all; /* there are no criteria: every session is shown at once */
	struct buf scratch;
	struct held *oldest, *newest;
	size_t bytes; /* of all texts */
	struct selection_counts counts;
	uint64_t lost_sessions, lost_named[SELECTION_NAMED];
	bool memory_short; /* sessions were left out */
};

struct selection *selection_create(const struct selection_config *config)
{
	struct selection *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->config = *config;
	s->all = !criteria_given(config->criteria);
	buf_init(&s->scratch, SCRATCH);
	return s;
}

/* Frees what is held of a session. */
static void empty(struct selection *s, struct held *h)
{
	s->bytes -= h->text.length;
	buf_finish(&h->text);
	h->records = 0;
}

static void join(struct selection *s, struct held *h)
{
	h->older = s->newest;
	h->newer = NULL;
	*(s->newest ? &s->newest->newer : &s->oldest) = h;
	s->newest = h;
}

static void leave(struct selection *s, struct held *h)
{
	*(h->older ? &h->older->newer : &s->oldest) = h->newer;
	*(h->newer ? &h->newer->older : &s->newest) = h->older;
}

static void forget(struct selection *s, struct held *h)
{
	leave(s, h);
	empty(s, h);
	buf_finish(&h->text);
	account_free(s->config.account, h);
}

void selection_destroy(struct selection *s)
{
	if (!s)
		return;
	while (s->oldest)
		forget(s, s->oldest);
	buf_finish(&s->scratch);
	free(s);
}

static struct held *held_of(struct selection *s, const struct record *record)
{
	struct held *h = *record->attachment;

	if (h)
		return h;
	h = account_take_zeroed(s->config.account, 1, sizeof *h);
	if (!h) {
		s->memory_short = true;
		return NULL;
	}
	h->number = record->event->session->number;
	buf_init_charged(&h->text, SELECTION_SESSION, s->config.account);
	join(s, h);
	*record->attachment = h;
	return h;
}

static bool is_end(const struct record *record)
{
	return record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED;
}

static void count_shown(struct selection *s, const struct record *record)
{
	s->counts.shown++;
	for (int i = 0; i < 3; i++)
		s->counts.findings[i] += record->findings[i];
}

/* Passes the record to the format and keeps its output. */
static void hold_back(struct selection *s, struct held *h, const struct record *record)
{
	struct output *o = s->config.output;
	size_t before = h->text.length, most = account_share(s->config.account, SELECTION_SUM, 8);

	o->into = &h->text;
	o->cut = false;
	s->config.format->record(s->config.report, record);
	o->into = NULL;
	if (o->cut) {
		h->text.length = before;
		h->lost++;
	} else if (h->text.length > before) {
		h->records++;
	}
	s->bytes += h->text.length - before;
	/* Those that gave are last now, so one pass over all sessions frees all texts: the time is linear in what is held. */
	while (s->bytes > most) {
		struct held *give = s->oldest;

		give->lost += give->records;
		empty(s, give);
		leave(s, give);
		join(s, give);
	}
}

/* The session is selected: write what was held back. */
static void release(struct selection *s, struct held *h)
{
	if (h->text.length)
		output_write(s->config.output, h->text.at, h->text.length);
	empty(s, h);
	if (!h->lost)
		return;
	if (s->lost_sessions < SELECTION_NAMED)
		s->lost_named[s->lost_sessions] = h->number;
	s->lost_sessions++;
}

/* The session is not selected, or has ended without being selected. */
static void drop(struct selection *s, struct held *h, const struct record *record)
{
	empty(s, h);
	if (s->config.format->drop)
		s->config.format->drop(s->config.report, record);
	h->attachment = NULL;
}

static void decide(struct selection *s, struct held *h, const struct record *record)
{
	h->answer = match_note(&h->match, s->config.criteria, record, &s->scratch);
	if (h->answer == MATCH_YES)
		release(s, h);
}

/* The record of a session that may or may not be shown. Not inlined: usually all are. */
__attribute__((noinline)) static void choose(struct selection *s, const struct record *record)
{
	bool ended = is_end(record);
	struct held *h = held_of(s, record);
	struct record shown = *record;

	if (!h)
		return;
	shown.attachment = &h->attachment;
	if (h->answer == MATCH_OPEN) {
		decide(s, h, record);
		if (h->answer == MATCH_NEVER || (h->answer == MATCH_OPEN && ended))
			drop(s, h, &shown);
		else if (h->answer == MATCH_OPEN)
			hold_back(s, h, &shown);
	}
	if (h->answer == MATCH_YES) {
		s->config.format->record(s->config.report, &shown);
		if (ended)
			count_shown(s, record);
	}
	if (ended) {
		forget(s, h);
		*record->attachment = NULL;
	}
}

void selection_record(struct selection *s, const struct record *record)
{
	if (!s->all) {
		choose(s, record);
		return;
	}
	s->config.format->record(s->config.report, record);
	if (is_end(record))
		count_shown(s, record);
}

void selection_story(struct selection *s, const struct story *story)
{
	if (s->all && s->config.format->story)
		s->config.format->story(s->config.report, story);
}

struct selection_counts selection_count(const struct selection *s)
{
	return s->counts;
}

void selection_losses(const struct selection *s, void (*tell)(void *context, const char *text), void *context)
{
	char text[LOSS_SIZE];

	for (size_t i = 0; i < s->lost_sessions && i < SELECTION_NAMED; i++) {
		snprintf(
		    text, sizeof text,
		    "session %llu: some of its records are missing, because they could not be kept until it was selected",
		    (unsigned long long)s->lost_named[i]);
		tell(context, text);
	}
	if (s->lost_sessions > SELECTION_NAMED) {
		snprintf(text, sizeof text, "%llu more sessions lack records that could not be kept",
			 (unsigned long long)(s->lost_sessions - SELECTION_NAMED));
		tell(context, text);
	}
	if (s->memory_short)
		tell(context, "not enough memory: some sessions are missing");
}
