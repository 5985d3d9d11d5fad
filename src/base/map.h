/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map: a bounded table of values found by key, in order of last use. The node stands inside the value (the map owns no
 * value), so the owner decides what is freed. Keys are hashed with a secret (SipHash), so nobody can aim at one bucket.
 */
#ifndef SMTPSCOPE_MAP_H
#define SMTPSCOPE_MAP_H

#include "span.h"

struct map_node {
	struct map_node *chain;		/* next in the same bucket */
	struct map_node *older, *newer; /* neighbours in order of last use */
	uint64_t hash;
};

struct map {
	struct map_node **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
	struct map_node *oldest, *newest;
	uint64_t secret[2];
};

/* Says whether the value of |node| has the key |key|. */
typedef bool map_same(const struct map_node *node, const void *key);

/* An empty map hashed under |secret|. False where memory is short. */
bool map_init(struct map *m, const uint64_t secret[static 2]);
/* Frees the table; the values are their owner's business. A zeroed map may be given. */
void map_finish(struct map *m);

/* The keyed hash of |key|'s bytes. */
uint64_t map_hash(const struct map *m, struct span key);
/* The value with |key|, whose map_hash is |hash|, or NULL. Does not count as use. */
struct map_node *map_find(const struct map *m, uint64_t hash, map_same *same, const void *key);
/* Adds a node that is in no map, as the newest. Never fails: where memory for a larger table is short, chains get longer. */
void map_insert(struct map *m, struct map_node *node, uint64_t hash);
/* Makes it the newest. */
void map_touch(struct map *m, struct map_node *node);
void map_remove(struct map *m, struct map_node *node);

#endif
