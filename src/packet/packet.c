/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet.h"

#include "ipfrag.h"
#include "layers.h"
#include "usual.h"

#include <stdlib.h>

_Static_assert((int)PACKET_TRACE_STEPS == (int)PACKET_LAYERS, "a trace has room for all layers");

enum {
	SLOT_BITS = 9,
	SLOTS = 1 << SLOT_BITS, /* far more than there are keys */
};

struct slot {
	uint32_t key; /* of number_of; 0 is no key */
	layer_decode *decode;
	const char *name;
};

struct packet {
	struct slot slots[SLOTS]; /* layers by key; open addressing */
	struct segment segment;	  /* the one being filled */
	segment_sink *sink;
	void *context;
	struct ipfrag fragments;
	struct packet_counters counters;
	struct packet_trace trace;
	struct packet_unknown_link unknown[PACKET_UNKNOWN_LINKS + 1];
	size_t unknown_count;
};

static uint32_t number_of(struct layer_key key)
{
	return (uint32_t)key.space << 16 | key.id;
}

/* Returns the slot of the layer with that key, or the empty one where it would be. */
static const struct slot *slot_of(const struct packet *p, struct layer_key key)
{
	const uint32_t number = number_of(key);
	size_t at = number * UINT32_C(0x9e3779b1) >> (32 - SLOT_BITS);

	while (p->slots[at].key != number && p->slots[at].decode)
		at = (at + 1) % SLOTS;
	return &p->slots[at];
}

bool layer_known(const struct packet *p, struct layer_key key)
{
	return slot_of(p, key)->decode != NULL;
}

/* Returns false if a key is claimed twice or the table is half full: an error in the lists of keys. */
static bool register_layers(struct packet *p)
{
	size_t count = 0;

	for (const struct layer *const *layer = layers; *layer; layer++) {
		for (const struct layer_key *key = (*layer)->keys; key->space != LAYER_END; key++) {
			struct slot *slot = &p->slots[slot_of(p, *key) - p->slots];

			if (slot->decode || ++count > SLOTS / 2)
				return false;
			*slot = (struct slot){ .key = number_of(*key),
					       .decode = (*layer)->decode,
					       .name = (*layer)->name };
		}
	}
	return true;
}

enum { DATAGRAM_MEMORY = 16 << 20 }; /* bytes of fragments that wait */

struct packet *packet_create(const struct packet_config *config, segment_sink *sink, void *context)
{
	struct packet *p = calloc(1, sizeof *p);
	const struct ipfrag_limits limits = {
		.datagrams = config->datagrams ? config->datagrams : 1024,
		.memory = config->datagram_memory ? config->datagram_memory
						  : account_share(config->account, DATAGRAM_MEMORY, 8),
		.time = config->datagram_time ? config->datagram_time : 30 * TSTAMP_SECOND,
		.account = config->account,
	};

	if (!p)
		return NULL;
	p->sink = sink;
	p->context = context;
	if (!ipfrag_init(&p->fragments, &limits, config->secret) || !register_layers(p)) {
		packet_destroy(p);
		return NULL;
	}
	return p;
}

void packet_destroy(struct packet *p)
{
	if (!p)
		return;
	ipfrag_finish(&p->fragments);
	free(p);
}

static enum packet_outcome walk_layers(const struct packet *p, struct walk *walk)
{
	struct packet_trace *trace = walk->trace;

	trace->count = 0;
	trace->joined = PACKET_TRACE_STEPS;
	trace->fragment.known = false;
	trace->nested = false;
	do {
		const struct slot *slot = slot_of(p, walk->next);
		enum packet_outcome outcome;

		if (!slot->decode)
			return walk->next.space == LAYER_LINK ? PACKET_LINK_UNKNOWN : PACKET_NO_TCP;
		trace->steps[trace->count++] =
		    (struct packet_step){ .layer = slot->name, .bytes = walk->bytes };
		outcome = slot->decode(walk);
		if (outcome == PACKET_INVALID && walk->guess)
			return PACKET_NO_TCP;
		if (outcome != PACKET_UNDECIDED)
			return outcome;
	} while (trace->count < PACKET_LAYERS);
	return PACKET_NESTING_REFUSED;
}

static void note_unknown_link(struct packet *p, const struct frame *frame, int link_type)
{
	struct packet_unknown_link *link = p->unknown;
	struct packet_unknown_link *const end = p->unknown + p->unknown_count;

	while (link < end && link->link_type != link_type && link->link_type != -1)
		link++;
	if (link == end) {
		if (p->unknown_count == PACKET_UNKNOWN_LINKS)
			link_type = -1;
		*link = (struct packet_unknown_link){ .link_type = link_type, .first = frame->ref };
		p->unknown_count++;
	}
	link->frames++;
}

static void hand_up(struct packet *p, const struct frame *frame, enum packet_outcome outcome)
{
	p->segment.kind = outcome == PACKET_SEGMENT ? SEGMENT_TCP : SEGMENT_ICMP_ERROR;
	p->segment.frame = frame->ref;
	p->segment.fragmented = p->trace.joined < p->trace.count;
	p->counters.segments++;
	p->sink(p->context, &p->segment);
}

/*
 * Decodes the parts that a layer deferred. The frame keeps the outcome of its first part, unless that had no
 * segment.
 */
static enum packet_outcome walk_rest(struct packet *p, struct walk *walk, enum packet_outcome outcome)
{
	while (walk->rest.bytes.length) {
		enum packet_outcome other;

		walk->bytes = walk->rest.bytes;
		walk->wire = walk->rest.wire;
		walk->next = walk->rest.next;
		walk->rest.bytes.length = 0;
		walk->wire_exact = false;
		walk->ip_version = 0;
		other = walk_layers(p, walk);
		if (other == PACKET_SEGMENT || other == PACKET_ICMP_ERROR) {
			hand_up(p, walk->frame, other);
			outcome = outcome == PACKET_SEGMENT ? outcome : other;
		}
	}
	return outcome;
}

static void count_datagrams(struct packet *p)
{
	p->counters.datagrams_complete = p->fragments.complete_count;
	p->counters.datagrams_lost = p->fragments.lost_count;
}

/* Decodes a frame layer by layer. */
__attribute__((noinline)) static enum packet_outcome walk_frame(struct packet *p, const struct frame *frame)
{
	struct walk walk = {
		.bytes = frame->bytes,
		.wire = frame->wire_length > frame->bytes.length ? frame->wire_length : frame->bytes.length,
		.next = { .space = LAYER_LINK, .id = (uint16_t)frame->link_type },
		.frame = frame,
		.segment = &p->segment,
		.fragments = &p->fragments,
		.packet = p,
		.trace = &p->trace,
	};
	const bool in_range = frame->link_type >= 0 && frame->link_type <= UINT16_MAX;
	enum packet_outcome outcome = PACKET_LINK_UNKNOWN;

	if (in_range)
		outcome = walk_layers(p, &walk);
	if (outcome == PACKET_SEGMENT || outcome == PACKET_ICMP_ERROR)
		hand_up(p, frame, outcome);
	else if (outcome == PACKET_LINK_UNKNOWN)
		note_unknown_link(p, frame, in_range ? walk.next.id : frame->link_type);
	if (walk.rest.bytes.length)
		outcome = walk_rest(p, &walk, outcome);
	if (p->fragments.complete)
		ipfrag_release(&p->fragments);
	count_datagrams(p);
	return outcome;
}

enum packet_outcome packet_push(struct packet *p, const struct frame *frame)
{
	enum packet_outcome outcome = PACKET_SEGMENT;

	if (usual_read(frame, &p->segment, &p->trace))
		hand_up(p, frame, PACKET_SEGMENT);
	else
		outcome = walk_frame(p, frame);
	p->counters.frames++;
	p->counters.outcomes[outcome]++;
	return outcome;
}

void packet_flush(struct packet *p, tstamp now)
{
	ipfrag_expire(&p->fragments, now);
	count_datagrams(p);
}

void packet_finish(struct packet *p)
{
	ipfrag_clear(&p->fragments);
	count_datagrams(p);
}

const struct packet_trace *packet_trace(const struct packet *p)
{
	return &p->trace;
}

const struct packet_counters *packet_counters(const struct packet *p)
{
	return &p->counters;
}

const struct packet_unknown_link *packet_unknown_links(const struct packet *p, size_t *count)
{
	*count = p->unknown_count;
	return p->unknown;
}
