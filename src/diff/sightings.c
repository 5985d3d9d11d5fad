/* SPDX-License-Identifier: BSD-2-Clause */
#include "sightings.h"

#include "verdict.h"

#include <stdlib.h>

enum { SCRATCH = 1024 * 1024 };

bool sightings_init(struct sightings *s, const uint64_t secret[static 2])
{
	*s = (struct sightings){ .first = TSTAMP_NONE, .last = TSTAMP_NONE };
	dialogue_recorder_init(&s->recorder, false, false);
	buf_init(&s->scratch, SCRATCH);
	return cut_table_init(&s->table, secret, NULL);
}

void sightings_finish(struct sightings *s)
{
	for (size_t i = 0; i < s->count; i++)
		sighting_destroy(s->list[i]);
	free(s->list);
	dialogue_recorder_finish(&s->recorder);
	buf_finish(&s->scratch);
	cut_table_finish(&s->table);
	*s = (struct sightings){ 0 };
}

/************ the first pass ************/

static void *create(const struct report_config *config)
{
	return config->context;
}

static struct sighting *add(struct sightings *s, uint64_t number)
{
	size_t capacity = s->capacity ? s->capacity * 2 : 64;
	struct sighting **grown, *new;

	if (s->count == SIGHTING_SESSIONS) {
		s->incomplete = true;
		return NULL;
	}
	if (s->count == s->capacity) {
		grown = realloc(s->list, capacity * sizeof *grown);
		if (!grown) {
			s->incomplete = true;
			return NULL;
		}
		s->list = grown;
		s->capacity = capacity;
	}
	new = calloc(1, sizeof *new);
	if (!new) {
		s->incomplete = true;
		return NULL;
	}
	new->marks.number = number;
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
		new->side[d].tls_from = new->side[d].end = SIGHTING_NEVER;
	s->list[s->count++] = new;
	if (s->dialogues)
		dialogue_store_add(&s->store, &new->kept);
	return new;
}

static void end(struct sightings *s, struct sighting *one, const struct record *record)
{
	const struct session_facts *session = record->event->session;
	const struct verdict *v = record->verdict;

	marks_place(&one->marks, session->flow);
	one->start = session->flow->earliest;
	one->end = session->flow->latest;
	one->outcome = session->outcome;
	one->from_start = flow_from_start(session->flow) && !session_proxied(session)->client_ahead &&
			  !session_proxied(session)->server_ahead;
	if (session->protocol == PROTOCOL_TLS && one->side[DIR_CLIENT].tls_from == SIGHTING_NEVER)
		one->side[DIR_CLIENT].tls_from = one->side[DIR_SERVER].tls_from = 0;
	if (v && v->headline && s->dialogues)
		one->headline = strdup(v->headline);
	if (v && v->advice && s->dialogues)
		one->advice = strdup(v->advice);
}

static void record(void *sightings, const struct record *record)
{
	struct sightings *s = sightings;
	bool event = record->kind == RECORD_EVENT;
	struct sighting *one = *record->attachment;
	uint64_t number = record->event->session->number;

	if (event && record->event->kind == SMTP_OPENED) {
		s->seen = number > s->seen ? number : s->seen;
		if (!s->only || number == s->only || number == s->also)
			one = *record->attachment = add(s, number);
	}
	if (!one)
		return;
	if (event && s->bytes <= SIGHTING_BYTES) {
		size_t before = one->line_bytes;

		sighting_event(one, record->event, &s->scratch);
		s->bytes += one->line_bytes - before;
	}
	if (event && record->event->kind == SMTP_ENDED) {
		end(s, one, record);
		*record->attachment = NULL;
	} else if (s->dialogues && event) {
		dialogue_record(&s->recorder, &one->kept.dialogue, record);
		dialogue_store_account(&s->store, &one->kept);
	}
}

static void summary(void *sightings, const struct report_summary *summary)
{
	(void)sightings;
	(void)summary;
}

static void destroy(void *sightings)
{
	(void)sightings;
}

const struct report_format sightings_format = {
	.name = "sightings",
	.create = create,
	.record = record,
	.summary = summary,
	.destroy = destroy,
};

/************ the second pass ************/

static int by_number(const void *a, const void *b)
{
	const struct sighting *const *one = a, *const *other = b;

	return ((*one)->marks.number > (*other)->marks.number) -
	       ((*one)->marks.number < (*other)->marks.number);
}

bool sightings_prepare(struct sightings *s)
{
	if (s->count)
		qsort(s->list, s->count, sizeof(struct sighting *), by_number);
	for (size_t i = 0; i < s->count; i++)
		if (!cut_table_add(&s->table, &s->list[i]->marks))
			return false;
	return true;
}

void sightings_segment(struct sightings *s, const struct segment *segment, const struct packet_trace *trace)
{
	tstamp time = segment->frame.time;
	enum direction d;
	const struct session_marks *marks;

	if (s->first == TSTAMP_NONE || time < s->first)
		s->first = time;
	if (s->last == TSTAMP_NONE || time > s->last)
		s->last = time;
	marks = cut_table_find(&s->table, segment, &d);
	if (!marks)
		return;
	if (s->bytes > SIGHTING_BYTES) {
		s->incomplete = true;
		return;
	}
	/* |marks| is the first member of a sighting that this struct owns. */
	s->bytes += sighting_segment((struct sighting *)(uintptr_t)marks, d, segment, trace);
}

struct sighting *sightings_find(const struct sightings *s, uint64_t number)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i]->marks.number == number)
			return s->list[i];
	return NULL;
}
