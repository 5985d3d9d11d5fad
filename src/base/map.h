/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map: a hash table that also keeps its nodes in order of last use. Nodes are embedded in the values; the
 * caller owns the values and frees them. Keys are hashed with a secret (SipHash), so that a sender cannot
 * fill one bucket on purpose.
 */
#ifndef SMTPSCOPE_MAP_H
#define SMTPSCOPE_MAP_H

#include "account.h"
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
	struct account *account; /* charged with the table; NULL: none */
};

/* Returns whether the value of |node| has the key |key|. */
typedef bool map_same(const struct map_node *node, const void *key);

/* Initializes an empty map that hashes with |secret|. Returns false if memory runs out. */
bool map_init(struct map *m, const uint64_t secret[static 2]);
/* Like map_init, for a map whose table is charged to |account|, which must outlive it. */
bool map_init_charged(struct map *m, const uint64_t secret[static 2], struct account *account);
/* Frees the table, not the values. Accepts a zeroed map. */
void map_finish(struct map *m);

/* Returns the keyed hash of |key|. */
uint64_t map_hash(const struct map *m, struct span key);
/* Returns the node with |key|, whose map_hash is |hash|, or NULL. Does not count as use. */
struct map_node *map_find(const struct map *m, uint64_t hash, map_same *same, const void *key);
/* Adds a node that is in no map, as the newest. Cannot fail: if the table cannot grow, chains get longer. */
void map_insert(struct map *m, struct map_node *node, uint64_t hash);
/* Makes |node| the newest. */
void map_touch(struct map *m, struct map_node *node);
void map_remove(struct map *m, struct map_node *node);

#endif
