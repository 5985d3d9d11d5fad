/* SPDX-License-Identifier: BSD-2-Clause */
#include "replay.h"

#include <stdlib.h>

struct replay_packet {
	/* |whole| and the payload are copies, in one allocation that begins at |whole| */
	struct talk_segment segment;
	size_t order;
};

void replay_init(struct replay *r, const struct talk_layer *layer)
{
	*r = (struct replay){ .layer = layer };
}

static void renumber(struct addr *a, unsigned variant)
{
	if (a->version == 4) {
		a->bytes[0] = 10;
		a->bytes[1] = (uint8_t)(variant >> 8);
		a->bytes[2] = (uint8_t)variant;
	} else if (a->version == 6) {
		a->bytes[4] = 0;
		a->bytes[5] = 0;
		a->bytes[6] = (uint8_t)(variant >> 8);
		a->bytes[7] = (uint8_t)variant;
	}
}

static bool add_packet(struct replay *r, const struct talk_segment *s, unsigned variant)
{
	struct replay_packet *p;
	uint8_t *bytes;

	if (r->packet_count == r->packet_capacity) {
		size_t capacity = r->packet_capacity ? 2 * r->packet_capacity : 1024;
		struct replay_packet *grown = realloc(r->packets, capacity * sizeof *grown);
		if (!grown)
			return false;
		r->packets = grown;
		r->packet_capacity = capacity;
	}
	bytes = malloc(s->whole.length + 1);
	if (!bytes)
		return false;
	if (s->whole.length)
		memcpy(bytes, s->whole.at, s->whole.length);
	p = &r->packets[r->packet_count];
	*p = (struct replay_packet){ .segment = *s, .order = r->packet_count };
	p->segment.whole.at = bytes;
	p->segment.segment.payload.at = bytes;
	p->segment.segment.frame.time += variant * INT64_C(1000);
	if (s->from_client || s->segment.kind == SEGMENT_ICMP_ERROR)
		renumber(&p->segment.segment.source.addr, variant);
	else
		renumber(&p->segment.segment.target.addr, variant);
	r->packet_count++;
	return true;
}

unsigned replay_add(struct replay *r, const struct talk *t)
{
	if (r->variants == REPLAY_VARIANTS_MAX)
		return 0;
	r->variants++;
	for (size_t i = 0; i < t->count; i++)
		if (t->segments[i].captured && !add_packet(r, &t->segments[i], r->variants))
			return 0;
	return r->variants;
}

static int by_time(const void *a, const void *b)
{
	const struct replay_packet *p = a, *q = b;
	tstamp s = p->segment.segment.frame.time, t = q->segment.segment.frame.time;

	if (s != t)
		return s < t ? -1 : 1;
	return p->order < q->order ? -1 : p->order > q->order;
}

bool replay_write(struct replay *r, FILE *out)
{
	if (r->packet_count)
		qsort(r->packets, r->packet_count, sizeof *r->packets, by_time);
	if (!talk_write_header(r->layer, out))
		return false;
	for (size_t i = 0; i < r->packet_count; i++)
		if (!talk_write_segment(&r->packets[i].segment, r->layer, out))
			return false;
	return true;
}

void replay_finish(struct replay *r)
{
	for (size_t i = 0; i < r->packet_count; i++) {
		union {
			const uint8_t *view;
			uint8_t *own;
		} bytes = { .view = r->packets[i].segment.whole.at };
		free(bytes.own);
	}
	free(r->packets);
	*r = (struct replay){ 0 };
}
