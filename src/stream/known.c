/* SPDX-License-Identifier: BSD-2-Clause */
#include "known.h"

#include <endian.h>

/* Which address sorts first, by its bytes. */
static int compare(const struct addr *a, const struct addr *b)
{
	uint32_t x, y;

	if (a->version != 4)
		return memcmp(a->bytes, b->bytes, sizeof a->bytes);
	memcpy(&x, a->bytes, sizeof x);
	memcpy(&y, b->bytes, sizeof y);
	return x == y ? 0 : be32toh(x) < be32toh(y) ? -1 : 1;
}

static size_t addr_size(uint32_t version)
{
	return version == 6 ? 16 : 4;
}

struct known_key known_key_of(const struct endpoint *a, const struct endpoint *b)
{
	int order = compare(&a->addr, &b->addr);
	const struct endpoint *low = order < 0 || (order == 0 && a->port <= b->port) ? a : b;
	const struct endpoint *high = low == a ? b : a;
	struct known_key key = { .port = { low->port, high->port }, .version = a->addr.version };

	if (key.version == 6) {
		memcpy(key.addr, low->addr.bytes, 16);
		memcpy(key.addr + 16, high->addr.bytes, 16);
	} else {
		memcpy(key.addr, low->addr.bytes, 4);
		memcpy(key.addr + 4, high->addr.bytes, 4);
	}
	return key;
}

struct span known_key_span(const struct known_key *key)
{
	return span_of(key, offsetof(struct known_key, addr) + 2 * addr_size(key->version));
}

bool known_key_is(const struct known_key *key, unsigned which, const struct endpoint *endpoint)
{
	size_t size = addr_size(key->version);

	return key->version == endpoint->addr.version && key->port[which] == endpoint->port &&
	       memcmp(key->addr + which * size, endpoint->addr.bytes, size) == 0;
}

bool known_key_joins(const struct known_key *key, const struct endpoint *a, const struct endpoint *b)
{
	return (known_key_is(key, 0, a) && known_key_is(key, 1, b)) ||
	       (known_key_is(key, 0, b) && known_key_is(key, 1, a));
}
