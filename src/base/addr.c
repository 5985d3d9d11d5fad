/* SPDX-License-Identifier: BSD-2-Clause */
#include "addr.h"

#include <arpa/inet.h>
#include <string.h>

void addr_format(char text[static ADDR_TEXT_SIZE], const struct addr *a)
{
	int family = a->version == 4 ? AF_INET : AF_INET6;

	if (a->version == 0 || !inet_ntop(family, a->bytes, text, ADDR_TEXT_SIZE))
		memcpy(text, "none", sizeof "none");
}

bool addr_parse(struct addr *a, const char *text)
{
	struct addr parsed = { .version = 4 };

	if (inet_pton(AF_INET, text, parsed.bytes) != 1) {
		parsed.version = 6;
		if (inet_pton(AF_INET6, text, parsed.bytes) != 1)
			return false;
	}
	*a = parsed;
	return true;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->version == b->version && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_equal(&a->addr, &b->addr);
}
