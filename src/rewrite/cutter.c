/* SPDX-License-Identifier: BSD-2-Clause */
#include "cutter.h"

#include "cut_table.h"
#include "layout.h"
#include "packet.h"

#include <stdlib.h>

enum {
	RECENT = 64, /* completed datagrams remembered, because their fragments may have been captured twice */
	DATAGRAM_MAX = 65536,
};

/* How long a packet waits for the rest of its datagram. */
static const tstamp WAIT = 30 * TSTAMP_SECOND;

/* A packet that waits, because it or one before it is a fragment of an incomplete datagram. */
struct waiting {
	struct waiting *next;
	struct frame frame;
	const struct session_marks *marks; /* NULL: none yet */
	bool undecided;			   /* a fragment whose datagram is not complete */
	bool unsafe;			   /* it could not be changed */
	struct packet_fragment fragment;   /* its |bytes| point into |bytes| below */
	struct editor editor;		   /* edits |bytes| */
	uint8_t bytes[];		   /* the packet and its options */
};

/* A datagram that was complete, as it was written. */
struct rewritten {
	struct ipfrag_key key;
	const struct session_marks *marks;
	uint8_t *bytes; /* owned */
	size_t length;
};

struct cutter {
	struct cutter_config config;
	struct packet *packet;
	struct cut_table table;
	const struct frame *frame; /* the one being pushed */
	struct waiting *current;   /* its copy; NULL: not needed so far */
	struct waiting *first, **last;
	size_t waiting_bytes, waiting_count;
	struct rewritten recent[RECENT];
	size_t recent_next;
	struct cutter_counts counts;
};

static void on_segment(void *context, const struct segment *segment);

struct cutter *cutter_create(const struct cutter_config *config)
{
	struct cutter *c = calloc(1, sizeof *c);
	struct packet_config packet = { .secret = { config->secret[0], config->secret[1] },
					.account = config->account };

	if (!c)
		return NULL;
	c->config = *config;
	c->last = &c->first;
	c->packet = packet_create(&packet, on_segment, c);
	if (!c->packet || !cut_table_init(&c->table, config->secret, config->account)) {
		cutter_destroy(c);
		return NULL;
	}
	return c;
}

void cutter_destroy(struct cutter *c)
{
	if (!c)
		return;
	while (c->first) {
		struct waiting *w = c->first;

		c->first = w->next;
		account_free(c->config.account, w);
	}
	for (size_t i = 0; i < RECENT; i++)
		account_free(c->config.account, c->recent[i].bytes);
	account_free(c->config.account, c->current);
	packet_destroy(c->packet);
	cut_table_finish(&c->table);
	free(c);
}

bool cutter_add(struct cutter *c, const struct session_marks *marks)
{
	return cut_table_add(&c->table, marks);
}

struct cutter_counts cutter_count(const struct cutter *c)
{
	return c->counts;
}

/************ one packet ************/

/* The copy of the current packet, made when it is needed first. Returns NULL if memory runs out. */
static struct waiting *copy_current(struct cutter *c)
{
	const struct frame *frame = c->frame;
	struct waiting *w = c->current;

	if (w)
		return w;
	w = account_take(c->config.account, sizeof *w + frame->bytes.length + frame->options.length);
	if (!w) {
		c->counts.left_out++;
		return NULL;
	}
	*w = (struct waiting){ .frame = *frame };
	if (frame->bytes.length)
		memcpy(w->bytes, frame->bytes.at, frame->bytes.length);
	if (frame->options.length)
		memcpy(w->bytes + frame->bytes.length, frame->options.at, frame->options.length);
	w->frame.bytes.at = w->bytes;
	w->frame.options.at = w->bytes + frame->bytes.length;
	editor_init(&w->editor, w->bytes, frame->bytes.length);
	return c->current = w;
}

static void clear(struct editor *e, size_t at, size_t length)
{
	static const uint8_t zeros[256];

	for (size_t count; length; at += count, length -= count) {
		count = length < sizeof zeros ? length : sizeof zeros;
		editor_put(e, at, zeros, count);
	}
}

static void replace_addresses(struct cutter *c, struct editor *e, const struct layout *l)
{
	for (size_t i = 0; c->config.address && i < l->address_count; i++) {
		const struct layout_address *a = &l->addresses[i];
		size_t size = layout_address_size(a->kind);
		uint8_t bytes[16];

		memcpy(bytes, e->bytes + a->at, size);
		c->config.address(c->config.address_context, a->kind, bytes);
		editor_put(e, a->at, bytes, size);
	}
	for (size_t i = 0; c->config.address && i < l->hidden_count; i++)
		clear(e, l->hidden[i].at, l->hidden[i].length);
}

static void replace(const struct session_marks *marks, enum direction d, struct editor *e,
		    const struct layout *l)
{
	if (l->has_payload)
		marks_apply(marks, d, e, l->payload, l->payload_length, l->seq);
}

/* The current packet holds the segment completely. */
static void take_whole(struct cutter *c, const struct session_marks *marks, enum direction d)
{
	const struct packet_trace *trace = packet_trace(c->packet);
	struct waiting *w = copy_current(c);
	struct layout layout;

	if (!w)
		return;
	/* Another segment in the same packet keeps its checksums. */
	layout_find(&layout, &w->editor, trace, 0, trace->count, c->frame->bytes, 0);
	w->marks = marks;
	w->unsafe |= layout.broken;
	replace(marks, d, &w->editor, &layout);
	replace_addresses(c, &w->editor, &layout);
}

/************ fragments ************/

static bool same_datagram(const struct ipfrag_key *a, const struct ipfrag_key *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* Writes the part of the datagram that fragment |w| carries. */
static void fill_fragment(struct waiting *w, const struct rewritten *r)
{
	const struct packet_fragment *f = &w->fragment;
	size_t at = (size_t)(f->bytes.at - w->bytes), length = f->bytes.length;

	w->marks = r->marks;
	w->undecided = false;
	if (f->offset > r->length || length > r->length - f->offset) {
		/* A part of the datagram was not captured, so what it says here is not known. */
		w->unsafe = true;
		return;
	}
	editor_put(&w->editor, at, r->bytes + f->offset, length);
}

static void fill_fragments(struct cutter *c, const struct rewritten *r)
{
	for (struct waiting *w = c->first; w; w = w->next)
		if (w->undecided && same_datagram(&w->fragment.key, &r->key))
			fill_fragment(w, r);
	if (c->current && c->current->fragment.known)
		fill_fragment(c->current, r);
}

/* Remembers the current packet as a fragment. The addresses around it are changed at once. */
static struct waiting *take_fragment(struct cutter *c)
{
	const struct packet_trace *trace = packet_trace(c->packet);
	struct waiting *w = copy_current(c);
	struct layout layout;

	if (!w || w->fragment.known)
		return w;
	layout_find(&layout, &w->editor, trace, 0,
		    trace->joined < trace->count ? trace->joined : trace->count, c->frame->bytes, 0);
	w->unsafe |= layout.broken || trace->nested;
	w->fragment = trace->fragment;
	w->fragment.bytes.at = w->bytes + (trace->fragment.bytes.at - c->frame->bytes.at);
	w->fragment.whole = (struct span){ 0 };
	replace_addresses(c, &w->editor, &layout);
	return w;
}

/* The datagram's checksum covers the addresses of the packets that carry it. */
static void replace_pseudo(struct cutter *c, struct editor *e, const struct ipfrag_key *key)
{
	enum layout_kind kind = key->version == 4 ? LAYOUT_IPV4 : LAYOUT_IPV6;
	size_t size = layout_address_size(kind);
	uint8_t before[32], after[32];

	if (!c->config.address)
		return;
	memcpy(before, key->source, size);
	memcpy(before + size, key->target, size);
	memcpy(after, before, 2 * size);
	c->config.address(c->config.address_context, kind, after);
	c->config.address(c->config.address_context, kind, after + size);
	editor_pseudo(e, before, after, 2 * size);
}

/* The datagram that the current packet completed holds the segment. */
static void take_datagram(struct cutter *c, const struct session_marks *marks, enum direction d)
{
	const struct packet_trace *trace = packet_trace(c->packet);
	struct span whole = trace->fragment.whole;
	struct rewritten *r = &c->recent[c->recent_next];
	struct waiting *w = take_fragment(c);
	struct layout layout;
	struct editor editor;

	if (!w || trace->nested)
		return;
	account_free(c->config.account, r->bytes);
	*r = (struct rewritten){ .key = trace->fragment.key, .marks = marks, .length = whole.length };
	r->bytes = account_take(c->config.account, whole.length + 1);
	if (!r->bytes) {
		r->length = 0;
		c->counts.left_out++;
		return;
	}
	c->recent_next = (c->recent_next + 1) % RECENT;
	memcpy(r->bytes, whole.at, whole.length);
	editor_init(&editor, r->bytes, whole.length);
	layout_find(&layout, &editor, trace, trace->joined, trace->count, whole, trace->fragment.key.version);
	replace(marks, d, &editor, &layout);
	replace_pseudo(c, &editor, &trace->fragment.key);
	replace_addresses(c, &editor, &layout);
	if (layout.broken)
		r->length = 0; /* so that none of the fragments is written */
	fill_fragments(c, r);
}

/* A fragment of the current packet was captured before, and its datagram was written. */
static void repeat_fragment(struct cutter *c)
{
	const struct ipfrag_key *key = &packet_trace(c->packet)->fragment.key;
	struct waiting *w;

	for (size_t i = 1; i <= RECENT; i++) {
		const struct rewritten *r = &c->recent[(c->recent_next + RECENT - i) % RECENT];

		if (!r->bytes || !same_datagram(&r->key, key))
			continue;
		w = take_fragment(c);
		if (w)
			fill_fragment(w, r);
		return;
	}
}

static void on_segment(void *context, const struct segment *segment)
{
	struct cutter *c = context;
	const struct packet_trace *trace = packet_trace(c->packet);
	enum direction d;
	const struct session_marks *marks = cut_table_find(&c->table, segment, &d);

	if (!marks)
		return;
	if (trace->joined < trace->count)
		take_datagram(c, marks, d);
	else
		take_whole(c, marks, d);
}

/************ the order ************/

static void write_packet(struct cutter *c, const struct waiting *w)
{
	if (!w->marks)
		return;
	if (w->unsafe) {
		c->counts.left_out++;
		return;
	}
	c->counts.written++;
	c->config.sink(c->config.context, &w->frame, w->marks);
}

/* Writes the packets that wait for nothing more; |all|: gives up what they wait for. */
static void write_ready(struct cutter *c, bool all)
{
	struct waiting *w;

	while ((w = c->first) && (all || !w->undecided)) {
		c->first = w->next;
		if (!c->first)
			c->last = &c->first;
		c->waiting_bytes -= sizeof *w + w->frame.bytes.length + w->frame.options.length;
		write_packet(c, w);
		account_free(c->config.account, w);
	}
}

static void give_up_old(struct cutter *c, tstamp now)
{
	while (c->first && (c->waiting_bytes > CUTTER_WAITING ||
			    (now > c->first->frame.ref.time && now - c->first->frame.ref.time > WAIT))) {
		c->first->undecided = false;
		write_ready(c, false);
	}
}

static void enqueue(struct cutter *c, struct waiting *w)
{
	*c->last = w;
	c->last = &w->next;
	c->waiting_bytes += sizeof *w + w->frame.bytes.length + w->frame.options.length;
}

/* Writes the current packet, or lets it wait; drops it if it belongs to no session. */
static void pass_current(struct cutter *c)
{
	struct waiting *w = c->current;

	c->current = NULL;
	if (!w)
		return;
	if (w->undecided || (c->first && w->marks)) {
		enqueue(c, w);
		return;
	}
	write_packet(c, w);
	account_free(c->config.account, w);
}

void cutter_push(void *cutter, const struct frame *frame)
{
	struct cutter *c = cutter;
	enum packet_outcome outcome;

	c->frame = frame;
	outcome = packet_push(c->packet, frame);
	if (outcome == PACKET_FRAGMENT_HELD && c->table.pairs.count && take_fragment(c))
		c->current->undecided = true;
	else if (outcome == PACKET_FRAGMENT_REPEATED)
		repeat_fragment(c);
	pass_current(c);
	if (c->first) {
		write_ready(c, false);
		give_up_old(c, frame->ref.time);
	}
}

void cutter_finish(struct cutter *c)
{
	packet_finish(c->packet);
	write_ready(c, true);
}
