/* SPDX-License-Identifier: BSD-2-Clause */
#include "keep.h"

#include "map.h"
#include "match.h"

#include <stdlib.h>

struct pcap_head {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snaplen, link_type;
};

struct packet_head {
	uint32_t seconds, nanoseconds, captured, length;
};

enum { KEY_SIZE = 38, SCRATCH = 1024 * 1024 };

/* One open session. */
struct kept {
	struct map_node node; /* first, because the map casts; the map is in order of last use */
	uint8_t key[KEY_SIZE];
	struct match match;
	struct buf packets; /* as they will be in the file */
	uint64_t count;
	uint64_t last; /* number of the last frame added */
	uint32_t last_file;
	bool released; /* its packets are written at once */
};

struct keep {
	struct keep_config config;
	struct buf scratch;
	struct map sessions;
	struct pcap_head head;
	bool head_known;
	const struct frame *frame; /* the frame being analyzed */
	size_t waiting;		   /* bytes */
	uint64_t lost, written;
};

struct keep *keep_create(const struct keep_config *config)
{
	struct keep *k = calloc(1, sizeof *k);

	if (!k || !map_init(&k->sessions, config->secret)) {
		free(k);
		return NULL;
	}
	k->config = *config;
	buf_init(&k->scratch, SCRATCH);
	return k;
}

static void drop_packets(struct keep *k, struct kept *s)
{
	k->waiting -= s->packets.length;
	buf_finish(&s->packets);
	buf_init(&s->packets, KEEP_SESSION);
	s->count = 0;
}

static void forget(struct keep *k, struct kept *s)
{
	drop_packets(k, s);
	map_remove(&k->sessions, &s->node);
	free(s);
}

void keep_destroy(struct keep *k)
{
	if (!k)
		return;
	while (k->sessions.oldest)
		forget(k, (struct kept *)k->sessions.oldest);
	map_finish(&k->sessions);
	buf_finish(&k->scratch);
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
	struct kept *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	memcpy(s->key, key, KEY_SIZE);
	buf_init(&s->packets, KEEP_SESSION);
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

static void write_packets(struct keep *k, struct kept *s)
{
	if (s->packets.length)
		fwrite(s->packets.at, 1, s->packets.length, k->config.outlet->file);
	k->written += s->count;
	drop_packets(k, s);
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
	size_t length = frame->bytes.length;
	struct packet_head head;
	size_t before = s->packets.length;

	if (before > KEEP_WHOLE && length > 1024)
		length = KEEP_CUT;
	head = (struct packet_head){ .seconds = (uint32_t)(frame->ref.time / TSTAMP_SECOND),
				     .nanoseconds = (uint32_t)(frame->ref.time % TSTAMP_SECOND),
				     .captured = (uint32_t)length,
				     .length = frame->wire_length };
	if (buf_append(&s->packets, span_of(&head, sizeof head)) != sizeof head ||
	    buf_append(&s->packets, span_first(frame->bytes, length)) != length) {
		s->packets.length = before;
		k->lost++;
		return;
	}
	s->count++;
	k->waiting += s->packets.length - before;
}

void keep_segment(void *keep, const struct segment *segment)
{
	struct keep *k = keep;
	const struct frame *frame = k->frame;
	uint8_t key[KEY_SIZE];
	uint64_t hash;
	struct kept *s = find(k, &segment->source, &segment->target, key, &hash);

	if (!s || !frame || (s->last == frame->ref.number && s->last_file == frame->ref.file))
		return;
	s->last = frame->ref.number;
	s->last_file = frame->ref.file;
	map_touch(&k->sessions, &s->node);
	if (!fits(k, frame)) {
		k->lost++;
		return;
	}
	append(k, s, frame);
	if (s->released)
		write_packets(k, s);
	make_room(k);
}

/************ sessions ************/

void keep_record(void *keep, const struct record *record)
{
	struct keep *k = keep;
	const struct session_facts *session = record->event->session;
	bool ended = record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED;
	uint8_t key[KEY_SIZE];
	uint64_t hash;
	struct kept *s = find(k, &session->flow->client, &session->flow->server, key, &hash);

	if (!s && record->kind == RECORD_EVENT && record->event->kind == SMTP_OPENED)
		s = add(k, key, hash);
	if (!s)
		return;
	if (!s->released && match_note(&s->match, k->config.criteria, record, &k->scratch) == MATCH_YES) {
		s->released = true;
		write_packets(k, s);
	}
	if (ended)
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

uint64_t keep_lost(const struct keep *k)
{
	return k->lost;
}

uint64_t keep_written(const struct keep *k)
{
	return k->written;
}
