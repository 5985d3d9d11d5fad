/* SPDX-License-Identifier: BSD-2-Clause */
#include "transit.h"

#include <stdlib.h>

static int compare_places(const void *a, const void *b)
{
	const int64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Where the transmission begins in the coordinates of the first capture. */
static int64_t start_of(const struct transmission *t, int which, int64_t shift)
{
	return which ? t->start - shift : t->start;
}

/* All places where a transmission begins or ends. Returns their number, or SIZE_MAX if memory runs out. */
static size_t find_places(struct sighting *const captures[2], enum direction d, int64_t shift, int64_t until,
			  int64_t **places)
{
	size_t count = 0, unique = 0;

	*places = calloc(2 * (captures[0]->sent_count + captures[1]->sent_count) + 1, sizeof **places);
	if (!*places)
		return SIZE_MAX;
	for (int which = 0; which < 2; which++) {
		for (size_t i = 0; i < captures[which]->sent_count; i++) {
			const struct transmission *t = &captures[which]->sent[i];
			int64_t start = start_of(t, which, shift);

			if (t->direction != d || !t->length || start + t->length > until)
				continue;
			(*places)[count++] = start;
			(*places)[count++] = start + t->length;
		}
	}
	if (count)
		qsort(*places, count, sizeof **places, compare_places);
	for (size_t i = 0; i < count; i++)
		if (!unique || (*places)[i] != (*places)[unique - 1])
			(*places)[unique++] = (*places)[i];
	return unique;
}

/* Returns the first stretch that begins at or behind |at|. */
static size_t stretch_at(const struct transit *t, int64_t at)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->list[middle].from < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void note_passing(struct passing *p, const struct transmission *sent, bool late)
{
	if (!p->count) {
		p->first = sent->time;
		p->first_frame = sent->frame;
		p->late = late;
	}
	p->count++;
	p->last = sent->time;
	p->last_frame = sent->frame;
}

/* Counts what capture |which| has. Returns false if it is too much work. */
static bool count_passing(struct transit *t, const struct sighting *s, int which, enum direction d,
			  int64_t shift, size_t *work)
{
	int64_t highest = INT64_MIN;

	for (size_t i = 0; i < s->sent_count; i++) {
		const struct transmission *sent = &s->sent[i];
		int64_t start = start_of(sent, which, shift), end = start + sent->length;

		if (sent->direction != d || !sent->length)
			continue;
		for (size_t k = stretch_at(t, start); k < t->count && t->list[k].to <= end; k++) {
			note_passing(&t->list[k].captures[which], sent, t->list[k].from < highest);
			if (++*work > TRANSIT_WORK)
				return false;
		}
		if (end > highest)
			highest = end;
	}
	return true;
}

/* Notes when each stretch was acknowledged. */
static void note_acknowledged(struct transit *t, const struct sighting *s, int which, enum direction d,
			      int64_t shift)
{
	size_t next = 0;

	for (size_t i = 0; i < s->sent_count && next < t->count; i++) {
		const struct transmission *sent = &s->sent[i];

		if (sent->direction == d || !sent->has_ack || (sent->flags & TCP_RST))
			continue;
		while (next < t->count && t->list[next].to + (which ? shift : 0) <= sent->ack)
			t->list[next++].captures[which].acked = sent->time;
	}
}

bool transit_find(struct transit *t, struct sighting *const captures[2], enum direction d, int64_t shift,
		  int64_t until)
{
	int64_t *places;
	size_t count = find_places(captures, d, shift, until, &places), work = 0;

	*t = (struct transit){ 0 };
	if (count == SIZE_MAX)
		return false;
	t->list = calloc(count + 1, sizeof *t->list);
	if (!t->list) {
		free(places);
		return false;
	}
	for (size_t i = 0; i + 1 < count; i++) {
		struct passing none = { .first = TSTAMP_NONE, .last = TSTAMP_NONE, .acked = TSTAMP_NONE };

		t->list[t->count++] = (struct stretch){ places[i], places[i + 1], { none, none } };
	}
	free(places);
	t->known = true;
	for (int which = 0; which < 2; which++) {
		t->known = t->known && count_passing(t, captures[which], which, d, shift, &work);
		note_acknowledged(t, captures[which], which, d, shift);
	}
	return true;
}

void transit_finish(struct transit *t)
{
	free(t->list);
	*t = (struct transit){ 0 };
}
