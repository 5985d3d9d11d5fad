/* SPDX-License-Identifier: BSD-2-Clause */
#include "map.h"

enum { BUCKETS_AT_FIRST = 256 };

bool map_init(struct map *m, const uint64_t secret[static 2])
{
	return map_init_charged(m, secret, NULL);
}

bool map_init_charged(struct map *m, const uint64_t secret[static 2], struct account *account)
{
	*m = (struct map){ .bucket_count = BUCKETS_AT_FIRST,
			   .secret = { secret[0], secret[1] },
			   .account = account };
	m->buckets = account_take_zeroed(account, m->bucket_count, sizeof(struct map_node *));
	return m->buckets != NULL;
}

void map_finish(struct map *m)
{
	account_free(m->account, m->buckets);
	*m = (struct map){ 0 };
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[static 4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 (Aumasson and Bernstein): one round per word, three at the end. */
uint64_t map_hash(const struct map *m, struct span key)
{
	uint64_t v[4] = { m->secret[0] ^ UINT64_C(0x736f6d6570736575),
			  m->secret[1] ^ UINT64_C(0x646f72616e646f6d),
			  m->secret[0] ^ UINT64_C(0x6c7967656e657261),
			  m->secret[1] ^ UINT64_C(0x7465646279746573) };
	uint64_t last = (uint64_t)key.length << 56;
	size_t at = 0;

	for (; key.length - at >= 8; at += 8) {
		uint64_t word;

		memcpy(&word, key.at + at, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	for (unsigned shift = 0; at < key.length; at++, shift += 8)
		last |= (uint64_t)key.at[at] << shift;
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

struct map_node *map_find(const struct map *m, uint64_t hash, map_same *same, const void *key)
{
	struct map_node *node = m->buckets[hash & (m->bucket_count - 1)];

	while (node && (node->hash != hash || !same(node, key)))
		node = node->chain;
	return node;
}

static void grow(struct map *m)
{
	size_t count = m->bucket_count * 2;
	struct map_node **buckets = account_take_zeroed(m->account, count, sizeof(struct map_node *));

	if (!buckets)
		return;
	for (struct map_node *node = m->oldest; node; node = node->newer) {
		struct map_node **bucket = &buckets[node->hash & (count - 1)];

		node->chain = *bucket;
		*bucket = node;
	}
	account_free(m->account, m->buckets);
	m->buckets = buckets;
	m->bucket_count = count;
}

static void link_newest(struct map *m, struct map_node *node)
{
	node->older = m->newest;
	node->newer = NULL;
	if (m->newest)
		m->newest->newer = node;
	else
		m->oldest = node;
	m->newest = node;
}

static void unlink_use(struct map *m, struct map_node *node)
{
	if (node->older)
		node->older->newer = node->newer;
	else
		m->oldest = node->newer;
	if (node->newer)
		node->newer->older = node->older;
	else
		m->newest = node->older;
}

void map_insert(struct map *m, struct map_node *node, uint64_t hash)
{
	struct map_node **bucket;

	if (m->count >= m->bucket_count)
		grow(m);
	bucket = &m->buckets[hash & (m->bucket_count - 1)];
	node->hash = hash;
	node->chain = *bucket;
	*bucket = node;
	link_newest(m, node);
	m->count++;
}

void map_touch(struct map *m, struct map_node *node)
{
	if (m->newest == node)
		return;
	unlink_use(m, node);
	link_newest(m, node);
}

void map_remove(struct map *m, struct map_node *node)
{
	struct map_node **at = &m->buckets[node->hash & (m->bucket_count - 1)];

	while (*at != node)
		at = &(*at)->chain;
	*at = node->chain;
	unlink_use(m, node);
	m->count--;
}
