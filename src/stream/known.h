/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * known: an entry of the stream stage's table: two endpoints, and what they have: a connection, or what is remembered of one
 * that is over. It stands first in both, and |ended| tells them apart.
 */
#ifndef SMTPSCOPE_KNOWN_H
#define SMTPSCOPE_KNOWN_H

#include "map.h"
#include "segment.h"

/* The lower endpoint first, so that both directions find it. No padding: compared and hashed as bytes. */
struct known_key {
	uint16_t port[2];
	uint32_t version;
	uint8_t addr[32]; /* both addresses, one behind the other; what they do not fill is 0 */
};

struct known {
	struct map_node node; /* first: the table casts */
	struct known_key key;
	bool ended; /* it is a struct ended, else a struct connection */
};

struct known_key known_key_of(const struct endpoint *a, const struct endpoint *b);
/* The bytes of it that tell one from another. */
struct span known_key_span(const struct known_key *key);
/* Is the lower (0) or higher (1) endpoint of |key| this one? */
bool known_key_is(const struct known_key *key, unsigned which, const struct endpoint *endpoint);
/* A map_same: |key| is a struct known_key. */
bool known_same(const struct map_node *node, const void *key);

#endif
