/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfrag.h"

enum {
	DATAGRAM_MAX = 65535,
	UNIT = 8, /* fragment offsets are multiples of this, as are all lengths but the last */
	UNITS = (DATAGRAM_MAX + UNIT) / UNIT,
	WORDS = UNITS / 64,
	CAPACITY_AT_FIRST = 2048,
};

/*
 * How long a complete datagram is remembered. Otherwise duplicates of its fragments (two taps, a mirror port)
 * would be taken for the next datagram with the same identification and corrupt it.
 */
#define LINGER (1 * TSTAMP_SECOND)
enum { RECENT = 64 };

struct ipfrag_datagram {
	struct map_node node;
	struct ipfrag_datagram *next_complete;
	struct ipfrag_key key;
	tstamp since; /* capture time of the first fragment; once complete, of the last */
	uint8_t protocol;
	bool total_known;
	uint32_t total;	      /* bytes; set by the last fragment */
	uint32_t top;	      /* end of the furthest fragment, in bytes */
	uint32_t seen_units;  /* number of bits set in |seen| */
	uint64_t seen[WORDS]; /* units that were on the wire */
	uint64_t held[WORDS]; /* the units of |seen| that were captured completely */
	uint8_t *bytes;
	size_t capacity;
};

static bool same_key(const struct map_node *node, const void *key)
{
	return memcmp(&((const struct ipfrag_datagram *)node)->key, key, sizeof(struct ipfrag_key)) == 0;
}

bool ipfrag_init(struct ipfrag *f, const struct ipfrag_limits *limits, const uint64_t secret[static 2])
{
	*f = (struct ipfrag){ .limits = *limits };
	return map_init_charged(&f->waiting, secret, limits->account) &&
	       map_init_charged(&f->recent, secret, limits->account);
}

static struct ipfrag_datagram *datagram_of(struct map_node *node)
{
	return (struct ipfrag_datagram *)node;
}

static void forget(struct ipfrag *f, struct map *from, struct map_node *node)
{
	struct ipfrag_datagram *d = datagram_of(node);

	map_remove(from, node);
	f->memory -= sizeof *d + d->capacity;
	account_free(f->limits.account, d->bytes);
	account_free(f->limits.account, d);
}

static void give_up(struct ipfrag *f, struct map_node *node)
{
	f->lost_count++;
	forget(f, &f->waiting, node);
}

void ipfrag_release(struct ipfrag *f)
{
	while (f->complete) {
		struct ipfrag_datagram *d = f->complete;

		f->complete = d->next_complete;
		if (f->recent.count >= RECENT)
			forget(f, &f->recent, f->recent.oldest);
		map_insert(&f->recent, &d->node, d->node.hash);
	}
}

void ipfrag_clear(struct ipfrag *f)
{
	ipfrag_release(f);
	while (f->recent.oldest)
		forget(f, &f->recent, f->recent.oldest);
	while (f->waiting.oldest)
		give_up(f, f->waiting.oldest);
}

void ipfrag_finish(struct ipfrag *f)
{
	ipfrag_clear(f);
	map_finish(&f->recent);
	map_finish(&f->waiting);
}

/* Does not overflow for any two times, because a clock may jump. */
static bool older_than(const struct map_node *node, tstamp now, tstamp age)
{
	tstamp since = ((const struct ipfrag_datagram *)node)->since;

	return now > since && (uint64_t)now - (uint64_t)since > (uint64_t)age;
}

void ipfrag_expire(struct ipfrag *f, tstamp now)
{
	while (f->recent.oldest && older_than(f->recent.oldest, now, LINGER))
		forget(f, &f->recent, f->recent.oldest);
	while (f->waiting.oldest && older_than(f->waiting.oldest, now, f->limits.time))
		give_up(f, f->waiting.oldest);
}

/* Makes room for |bytes| more: drops complete datagrams first, then the oldest waiting ones except |keep|. */
static bool make_room(struct ipfrag *f, size_t bytes, const struct ipfrag_datagram *keep)
{
	struct map_node *node = f->waiting.oldest;

	while (f->recent.oldest && f->memory + bytes > f->limits.memory)
		forget(f, &f->recent, f->recent.oldest);
	while (node && f->memory + bytes > f->limits.memory) {
		struct map_node *newer = node->newer;

		if (datagram_of(node) != keep)
			give_up(f, node);
		node = newer;
	}
	return f->memory + bytes <= f->limits.memory;
}

static struct ipfrag_datagram *add(struct ipfrag *f, const struct ipfrag_piece *piece, uint64_t hash)
{
	struct ipfrag_datagram *d;

	while (f->waiting.oldest && f->waiting.count >= f->limits.datagrams)
		give_up(f, f->waiting.oldest);
	if (!make_room(f, sizeof *d, NULL))
		return NULL;
	d = account_take_zeroed(f->limits.account, 1, sizeof *d);
	if (!d)
		return NULL;
	f->memory += sizeof *d;
	d->key = piece->key;
	d->since = piece->time;
	map_insert(&f->waiting, &d->node, hash);
	return d;
}

static bool reserve(struct ipfrag *f, struct ipfrag_datagram *d, size_t end)
{
	size_t capacity = d->capacity ? d->capacity : CAPACITY_AT_FIRST;
	uint8_t *bytes;

	if (end <= d->capacity)
		return true;
	while (capacity < end)
		capacity *= 2;
	if (!make_room(f, capacity - d->capacity, d))
		return false;
	bytes = account_resize(f->limits.account, d->bytes, capacity);
	if (!bytes)
		return false;
	f->memory += capacity - d->capacity;
	d->bytes = bytes;
	d->capacity = capacity;
	return true;
}

static bool bit(const uint64_t *bits, uint32_t unit)
{
	return bits[unit / 64] >> unit % 64 & 1;
}

static void set_bit(uint64_t *bits, uint32_t unit)
{
	bits[unit / 64] |= UINT64_C(1) << unit % 64;
}

static void store(struct ipfrag_datagram *d, const struct ipfrag_piece *piece)
{
	uint32_t units = (uint32_t)(piece->wire + UNIT - 1) / UNIT;

	for (uint32_t i = 0; i < units; i++) {
		uint32_t unit = piece->offset / UNIT + i;
		size_t length = piece->wire - i * UNIT < UNIT ? piece->wire - i * UNIT : UNIT;

		if (!bit(d->seen, unit)) {
			set_bit(d->seen, unit);
			d->seen_units++;
		}
		if (!bit(d->held, unit) && span_copy(piece->bytes, i * UNIT, d->bytes + unit * UNIT, length))
			set_bit(d->held, unit);
	}
}

/* Returns whether the complete datagram |d| contains all bytes of this fragment, unchanged. */
static bool repeats(const struct ipfrag_datagram *d, const struct ipfrag_piece *piece)
{
	size_t end = piece->offset + piece->wire;
	size_t count = piece->bytes.length;

	if (end > d->total || piece->more != (end < d->total) || piece->offset + count > d->capacity)
		return false;
	return span_equal(piece->bytes, span_of(d->bytes + piece->offset, count));
}

/*
 * Returns whether the fragment is a duplicate. If it differs, it begins a new datagram with the same
 * identification, and the old one is forgotten.
 */
static bool repeats_recent(struct ipfrag *f, const struct ipfrag_piece *piece, uint64_t hash)
{
	struct map_node *node = map_find(&f->recent, hash, same_key, &piece->key);

	if (node && repeats(datagram_of(node), piece))
		return true;
	if (node)
		forget(f, &f->recent, node);
	return false;
}

static bool fits(const struct ipfrag_datagram *d, const struct ipfrag_piece *piece)
{
	uint32_t end = piece->offset + (uint32_t)piece->wire;

	if (d->total_known)
		return end <= d->total && (piece->more || end == d->total);
	return piece->more || end >= d->top;
}

static void hand_out(struct ipfrag *f, struct ipfrag_datagram *d, tstamp now, struct ipfrag_whole *whole)
{
	uint32_t unit = 0;
	size_t captured;

	while (unit < d->seen_units && bit(d->held, unit))
		unit++;
	captured = (size_t)unit * UNIT < d->total ? (size_t)unit * UNIT : d->total;
	*whole = (struct ipfrag_whole){ .bytes = span_of(d->bytes, captured),
					.wire = d->total,
					.protocol = d->protocol };
	map_remove(&f->waiting, &d->node);
	d->since = now;
	d->next_complete = f->complete;
	f->complete = d;
	f->complete_count++;
}

enum ipfrag_result ipfrag_push(struct ipfrag *f, const struct ipfrag_piece *piece, struct ipfrag_whole *whole)
{
	const uint64_t hash = map_hash(&f->waiting, span_of(&piece->key, sizeof piece->key));
	const size_t end = piece->offset + piece->wire;
	struct ipfrag_datagram *d;

	if (piece->offset % UNIT || !piece->wire || end > DATAGRAM_MAX ||
	    (piece->more && piece->wire % UNIT) || piece->bytes.length > piece->wire)
		return IPFRAG_INVALID;
	ipfrag_expire(f, piece->time);
	d = datagram_of(map_find(&f->waiting, hash, same_key, &piece->key));
	if (!d && repeats_recent(f, piece, hash))
		return IPFRAG_REPEATED;
	if (!d)
		d = add(f, piece, hash);
	if (!d)
		return IPFRAG_DROPPED;
	if (!fits(d, piece))
		return IPFRAG_INVALID;
	if (!reserve(f, d, (end + UNIT - 1) / UNIT * UNIT))
		return IPFRAG_DROPPED;
	store(d, piece);
	if (piece->offset == 0)
		d->protocol = piece->protocol;
	if (end > d->top)
		d->top = (uint32_t)end;
	if (!piece->more) {
		d->total_known = true;
		d->total = (uint32_t)end;
	}
	if (!d->total_known || d->seen_units < (d->total + UNIT - 1) / UNIT)
		return IPFRAG_HELD;
	hand_out(f, d, piece->time, whole);
	return IPFRAG_COMPLETE;
}
