/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * known: an entry of the stream stage's map, for two endpoints: a struct connection, or the struct ended of a
 * connection that is over. It is the first member of both.
 */
#ifndef SMTPSCOPE_KNOWN_H
#define SMTPSCOPE_KNOWN_H

#include "map.h"
#include "segment.h"

/*
 * Both directions map to the same key, because the lower endpoint comes first. Compared and hashed as bytes:
 * no padding.
 */
struct known_key {
	uint16_t port[2];
	uint32_t version;
	uint8_t addr[32]; /* both addresses in sequence; unused bytes are 0 */
};

struct known {
	struct map_node node; /* first, because the map casts */
	bool ended;	      /* part of a struct ended, not of a struct connection */
	/* of a struct connection; they are here because they need no memory of their own */
	bool is_blocked;  /* it is in the list of connections that hold bytes, */
	bool is_silent;	  /* of those without data, */
	bool is_settling; /* or of closed ones */
	bool reset;	  /* a RST was seen: there will be no retransmissions */
};

struct known_key known_key_of(const struct endpoint *a, const struct endpoint *b);
/* The bytes that identify the key. */
struct span known_key_span(const struct known_key *key);
/* Returns whether |endpoint| is the lower (|which| 0) or higher (1) endpoint of |key|. */
bool known_key_is(const struct known_key *key, unsigned which, const struct endpoint *endpoint);
/* Returns whether |key| is that of |a| and |b|, in any order. */
bool known_key_joins(const struct known_key *key, const struct endpoint *a, const struct endpoint *b);

#endif
