/* SPDX-License-Identifier: BSD-2-Clause */
#include "lookahead.h"

#include <stdlib.h>

_Static_assert((LOOKAHEAD_STEPS - 1) * LOOKAHEAD_DISTANCE < LOOKAHEAD_SEGMENTS, "every step comes in time");

struct lookahead {
	segment_sink *sink;
	segment_expect *expect;
	void *context;
	unsigned first, count; /* of the ring */
	struct segment segments[LOOKAHEAD_SEGMENTS];
	uint8_t payloads[LOOKAHEAD_SEGMENTS][LOOKAHEAD_PAYLOAD];
};

struct lookahead *lookahead_create(segment_sink *sink, segment_expect *expect, void *context)
{
	struct lookahead *l = calloc(1, sizeof *l);

	if (l) {
		l->sink = sink;
		l->expect = expect;
		l->context = context;
	}
	return l;
}

void lookahead_destroy(struct lookahead *l)
{
	free(l);
}

/* Returns the index of the segment that |behind| others wait behind. */
static unsigned at(const struct lookahead *l, unsigned behind)
{
	return (l->first + l->count - 1 - behind) % LOOKAHEAD_SEGMENTS;
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

void lookahead_push(struct lookahead *l, const struct segment *segment)
{
	unsigned i;

	if (segment->payload.length > LOOKAHEAD_PAYLOAD) {
		lookahead_drain(l);
		l->sink(l->context, segment);
		return;
	}
	if (l->count == LOOKAHEAD_SEGMENTS)
		pass_on(l);
	l->count++;
	i = at(l, 0);
	l->segments[i] = *segment;
	if (segment->payload.length)
		memcpy(l->payloads[i], segment->payload.at, segment->payload.length);
	l->segments[i].payload.at = l->payloads[i];
	for (unsigned step = 0; step < LOOKAHEAD_STEPS && step * LOOKAHEAD_DISTANCE < l->count; step++)
		l->expect(l->context, &l->segments[at(l, step * LOOKAHEAD_DISTANCE)], step);
}
