/* SPDX-License-Identifier: BSD-2-Clause */
#include "keep.h"

#include "collector.h"
#include "cutter.h"
#include "map.h"

#include <stdlib.h>

struct pcap_head {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snaplen, link_type;
};

struct packet_head {
	uint32_t seconds, nanoseconds, captured, length;
};

enum { KEY_SIZE = 38 };

/* One open session. */
struct kept {
	struct map_node node; /* first, because the map casts; the map is in order of last use */
	uint8_t key[KEY_SIZE];
	struct buf packets; /* a struct frame and its bytes each */
	uint64_t count;
	struct frame_ref first, last; /* the first and the last packet added */
};

/* A packet with a fragment of a datagram that is not complete. */
struct fragment {
	struct ipfrag_key key;
	struct frame frame;
	uint8_t *bytes; /* owned; NULL: none */
};

struct keep {
	struct keep_config config;
	struct collector *collector;
	struct map sessions;
	struct fragment fragments[KEEP_FRAGMENTS]; /* the oldest at |next_fragment| */
	size_t next_fragment;
	struct pcap_head head;
	bool head_known;
	const struct frame *frame; /* the frame being analyzed */
	size_t waiting;		   /* bytes */
	uint64_t lost, written;
};

static void write_session(void *context, struct session_marks *marks, const struct record *record);

struct keep *keep_create(const struct keep_config *config)
{
	struct collector_config collector = { .criteria = config->criteria,
					      .show_secrets = config->show_secrets,
					      .sink = write_session,
					      .account = config->account,
					      .secret = { config->secret[0], config->secret[1] } };
	struct keep *k = calloc(1, sizeof *k);

	if (!k)
		return NULL;
	k->config = *config;
	collector.context = k;
	k->collector = collector_create(&collector);
	if (!k->collector || !map_init_charged(&k->sessions, config->secret, config->account)) {
		keep_destroy(k);
		return NULL;
	}
	return k;
}

static void drop_packets(struct keep *k, struct kept *s)
{
	k->waiting -= s->packets.capacity;
	buf_finish(&s->packets);
	buf_init_charged(&s->packets, KEEP_SESSION, k->config.account);
	s->count = 0;
}

static void forget(struct keep *k, struct kept *s)
{
	drop_packets(k, s);
	map_remove(&k->sessions, &s->node);
	account_free(k->config.account, s);
}

void keep_destroy(struct keep *k)
{
	if (!k)
		return;
	while (k->sessions.oldest)
		forget(k, (struct kept *)k->sessions.oldest);
	map_finish(&k->sessions);
	collector_destroy(k->collector);
	for (size_t i = 0; i < KEEP_FRAGMENTS; i++)
		account_free(k->config.account, k->fragments[i].bytes);
	free(k);
}

void keep_frame(struct keep *k, const struct frame *frame)
{
	k->frame = frame;
}

/************ the table ************/

static void put_end(uint8_t *at, const struct endpoint *e)
{
	memcpy(at, e->addr.bytes, 16);
	at[16] = e->addr.version;
	at[17] = (uint8_t)(e->port >> 8);
	at[18] = (uint8_t)e->port;
}

/* Puts the lower endpoint first, so that both directions have the same key. */
static void make_key(uint8_t key[static KEY_SIZE], const struct endpoint *a, const struct endpoint *b)
{
	uint8_t one[KEY_SIZE / 2], other[KEY_SIZE / 2];
	bool in_order;

	put_end(one, a);
	put_end(other, b);
	in_order = memcmp(one, other, sizeof one) <= 0;
	memcpy(key, in_order ? one : other, sizeof one);
	memcpy(key + sizeof one, in_order ? other : one, sizeof one);
}

static bool same(const struct map_node *node, const void *key)
{
	return memcmp(((const struct kept *)(const void *)node)->key, key, KEY_SIZE) == 0;
}

static struct kept *find(struct keep *k, const struct endpoint *a, const struct endpoint *b,
			 uint8_t key[static KEY_SIZE], uint64_t *hash)
{
	make_key(key, a, b);
	*hash = map_hash(&k->sessions, span_of(key, KEY_SIZE));
	return (struct kept *)map_find(&k->sessions, *hash, same, key);
}

static struct kept *add(struct keep *k, const uint8_t key[static KEY_SIZE], uint64_t hash)
{
	struct kept *s = account_take_zeroed(k->config.account, 1, sizeof *s);

	if (!s)
		return NULL;
	memcpy(s->key, key, KEY_SIZE);
	buf_init_charged(&s->packets, KEEP_SESSION, k->config.account);
	map_insert(&k->sessions, &s->node, hash);
	return s;
}

/************ packets ************/

/* The file has the link type of the first packet. */
static bool fits(struct keep *k, const struct frame *frame)
{
	if (!k->head_known) {
		k->head = (struct pcap_head){ .magic = 0xa1b23c4d,
					      .major = 2,
					      .minor = 4,
					      .snaplen = 262144,
					      .link_type = (uint32_t)frame->link_type };
		k->head_known = true;
		outlet_set_head(k->config.outlet, span_of(&k->head, sizeof k->head));
	}
	return k->head.link_type == (uint32_t)frame->link_type;
}

/* The packets that have waited longest are dropped. */
static void make_room(struct keep *k)
{
	for (struct map_node *node = k->sessions.oldest; node && k->waiting > k->config.memory;
	     node = node->newer) {
		struct kept *s = (struct kept *)node;

		k->lost += s->count;
		drop_packets(k, s);
	}
}

static void append(struct keep *k, struct kept *s, const struct frame *frame)
{
	struct frame copy = *frame;
	size_t before = s->packets.length, taken = s->packets.capacity;

	if (before > KEEP_WHOLE && copy.bytes.length > 1024)
		copy.bytes.length = KEEP_CUT;
	copy.options = (struct span){ 0 };
	if (!fits(k, frame)) {
		k->lost++;
		return;
	}
	if (buf_append(&s->packets, span_of(&copy, sizeof copy)) != sizeof copy ||
	    buf_append(&s->packets, span_first(frame->bytes, copy.bytes.length)) != copy.bytes.length) {
		k->waiting += s->packets.capacity - taken;
		s->packets.length = before;
		k->lost++;
		return;
	}
	if (s->count++ == 0)
		s->first = frame->ref;
	s->last = frame->ref;
	k->waiting += s->packets.capacity - taken;
}

static bool same_packet(const struct frame_ref *a, const struct frame_ref *b)
{
	return a->number == b->number && a->file == b->file;
}

/************ fragments ************/

static void keep_fragment(struct keep *k, const struct packet_trace *trace)
{
	struct fragment *f = &k->fragments[k->next_fragment];
	size_t length = k->frame->bytes.length;

	if (length > KEEP_FRAGMENT)
		return;
	account_free(k->config.account, f->bytes);
	f->bytes = account_take(k->config.account, length + 1);
	if (!f->bytes)
		return;
	memcpy(f->bytes, k->frame->bytes.at, length);
	f->key = trace->fragment.key;
	f->frame = *k->frame;
	f->frame.bytes.at = f->bytes;
	k->next_fragment = (k->next_fragment + 1) % KEEP_FRAGMENTS;
}

/* The datagram is complete, and its segment belongs to the session. */
static void append_fragments(struct keep *k, struct kept *s, const struct ipfrag_key *key)
{
	for (size_t i = 0; i < KEEP_FRAGMENTS; i++) {
		struct fragment *f = &k->fragments[(k->next_fragment + i) % KEEP_FRAGMENTS];

		if (!f->bytes || memcmp(&f->key, key, sizeof *key) != 0)
			continue;
		append(k, s, &f->frame);
		account_free(k->config.account, f->bytes);
		f->bytes = NULL;
	}
}

void keep_segment(void *keep, const struct segment *segment, const struct packet_trace *trace)
{
	struct keep *k = keep;
	const struct frame *frame = k->frame;
	uint8_t key[KEY_SIZE];
	uint64_t hash;
	struct kept *s;

	if (!frame)
		return;
	if (!segment) {
		keep_fragment(k, trace);
		return;
	}
	s = find(k, &segment->source, &segment->target, key, &hash);
	if (!s || (s->count && same_packet(&s->last, &frame->ref)))
		return;
	map_touch(&k->sessions, &s->node);
	if (trace->joined < trace->count)
		append_fragments(k, s, &trace->fragment.key);
	append(k, s, frame);
	make_room(k);
}

/************ sessions ************/

static void write_packet(void *context, const struct frame *frame, const struct session_marks *marks)
{
	struct keep *k = context;
	const struct packet_head head = { .seconds = (uint32_t)(frame->ref.time / TSTAMP_SECOND),
					  .nanoseconds = (uint32_t)(frame->ref.time % TSTAMP_SECOND),
					  .captured = (uint32_t)frame->bytes.length,
					  .length = frame->wire_length };

	(void)marks;
	whole_file_record(k->config.outlet->whole, sizeof head + frame->bytes.length);
	fwrite(&head, sizeof head, 1, k->config.outlet->file);
	if (frame->bytes.length)
		fwrite(frame->bytes.at, 1, frame->bytes.length, k->config.outlet->file);
	k->written++;
}

/* A selected session has ended: its packets are read once more, now that all of their bytes are known. */
static void write_session(void *context, struct session_marks *marks, const struct record *record)
{
	struct keep *k = context;
	struct cutter_config config = { .sink = write_packet,
					.context = k,
					.account = k->config.account,
					.secret = { k->config.secret[0], k->config.secret[1] } };
	uint8_t key[KEY_SIZE];
	uint64_t hash;
	const struct flow *flow = record->event->session->flow;
	struct kept *s = find(k, &flow->client, &flow->server, key, &hash);
	struct cutter *cutter = s && s->count ? cutter_create(&config) : NULL;

	if (cutter) {
		/* Earlier and later packets were not kept. The first one may be a fragment, which has no segment. */
		marks->first = s->first;
		marks->last = s->last;
		marks->from_start = true;
		if (!cutter_add(cutter, marks))
			k->lost += s->count;
		for (size_t at = 0; at < s->packets.length;) {
			struct frame frame;

			memcpy(&frame, s->packets.at + at, sizeof frame);
			at += sizeof frame;
			frame.bytes.at = s->packets.at + at;
			at += frame.bytes.length;
			cutter_push(cutter, &frame);
		}
		cutter_finish(cutter);
		k->lost += cutter_count(cutter).left_out;
		cutter_destroy(cutter);
	} else if (s) {
		k->lost += s->count;
	}
	marks_destroy(marks);
}

void keep_record(void *keep, const struct record *record)
{
	struct keep *k = keep;
	const struct session_facts *session = record->event->session;
	bool event = record->kind == RECORD_EVENT;
	uint8_t key[KEY_SIZE];
	uint64_t hash;
	struct kept *s = find(k, &session->flow->client, &session->flow->server, key, &hash);

	if (!s && event && record->event->kind == SMTP_OPENED)
		s = add(k, key, hash);
	collector_record(k->collector, record);
	if (s && event && record->event->kind == SMTP_ENDED)
		forget(k, s);
}

/************ the file ************/

bool keep_flush(struct keep *k, tstamp now, struct buf *error)
{
	return outlet_flush(k->config.outlet, now, error);
}

bool keep_reopen(struct keep *k, struct buf *error)
{
	return outlet_reopen(k->config.outlet, error);
}

uint64_t keep_unwritten(const struct keep *k)
{
	return outlet_lost(k->config.outlet);
}

uint64_t keep_lost(const struct keep *k)
{
	return k->lost;
}

uint64_t keep_written(const struct keep *k)
{
	return k->written;
}
