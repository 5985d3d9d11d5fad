/* SPDX-License-Identifier: BSD-2-Clause */
#include "known.h"

static size_t addr_size(uint32_t version)
{
	return version == 6 ? 16 : 4;
}

struct known_key known_key_of(const struct endpoint *a, const struct endpoint *b)
{
	size_t size = addr_size(a->addr.version);
	int order = memcmp(a->addr.bytes, b->addr.bytes, size);
	const struct endpoint *low = order < 0 || (order == 0 && a->port <= b->port) ? a : b;
	const struct endpoint *high = low == a ? b : a;
	struct known_key key = { .port = { low->port, high->port }, .version = a->addr.version };

	memcpy(key.addr, low->addr.bytes, size);
	memcpy(key.addr + size, high->addr.bytes, size);
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

bool known_same(const struct map_node *node, const void *key)
{
	return memcmp(&((const struct known *)node)->key, key, sizeof(struct known_key)) == 0;
}
