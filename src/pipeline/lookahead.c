/* SPDX-License-Identifier: BSD-2-Clause */
#include "lookahead.h"

#include <stdlib.h>

_Static_assert((LOOKAHEAD_STEPS - 1) * LOOKAHEAD_DISTANCE < LOOKAHEAD_SEGMENTS - LOOKAHEAD_BATCH,
	       "every step comes in time");

struct lookahead {
	segment_sink *sink;
	segment_key *key;
	segment_expect *expect;
	void *context;
	unsigned first, count;		   /* of the ring */
	uint32_t keys[LOOKAHEAD_SEGMENTS]; /* 0 if not announced */
	struct segment segments[LOOKAHEAD_SEGMENTS];
	uint8_t payloads[LOOKAHEAD_SEGMENTS][LOOKAHEAD_PAYLOAD];
};

struct lookahead *lookahead_create(segment_sink *sink, segment_key *key, segment_expect *expect, void *context)
{
	struct lookahead *l = calloc(1, sizeof *l);

	if (l) {
		l->sink = sink;
		l->key = key;
		l->expect = expect;
		l->context = context;
	}
	return l;
}

void lookahead_destroy(struct lookahead *l)
{
	free(l);
}

static void pass_on(struct lookahead *l)
{
	unsigned i = l->first;

	l->first = (i + 1) % LOOKAHEAD_SEGMENTS;
	l->count--;
	l->sink(l->context, &l->segments[i]);
}

void lookahead_drain(struct lookahead *l)
{
	while (l->count)
		pass_on(l);
}

/* The newest of the segments has come: each step is due for one of them. */
static void expect(const struct lookahead *l, unsigned newest)
{
	for (unsigned step = 0, behind = 0; step < LOOKAHEAD_STEPS && behind < l->count;
	     step++, behind += LOOKAHEAD_DISTANCE) {
		uint32_t key = l->keys[(newest - behind) % LOOKAHEAD_SEGMENTS];

		if (key)
			l->expect(l->context, key, step);
	}
}

void lookahead_push(struct lookahead *l, const struct segment *segment, bool announced)
{
	unsigned i;

	if (segment->payload.length > LOOKAHEAD_PAYLOAD) {
		lookahead_drain(l);
		l->sink(l->context, segment);
		return;
	}
	if (l->count == LOOKAHEAD_SEGMENTS)
		while (l->count > LOOKAHEAD_SEGMENTS - LOOKAHEAD_BATCH)
			pass_on(l);
	i = (l->first + l->count++) % LOOKAHEAD_SEGMENTS;
	l->keys[i] = announced ? l->key(segment) : 0;
	l->segments[i] = *segment;
	if (segment->payload.length)
		memcpy(l->payloads[i], segment->payload.at, segment->payload.length);
	l->segments[i].payload.at = l->payloads[i];
	if (announced)
		expect(l, i);
}
