/* SPDX-License-Identifier: BSD-2-Clause */
/* addr: an IPv4 or IPv6 address. endpoint: an address and a TCP port. Both are plain values. */
#ifndef SMTPSCOPE_ADDR_H
#define SMTPSCOPE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct addr {
	uint8_t bytes[16]; /* network byte order; IPv4 uses the first four bytes, the rest are 0 */
	uint8_t version;   /* 4 or 6; 0: no address */
};

struct endpoint {
	struct addr addr;
	uint16_t port; /* host byte order */
};

#define ADDR_TEXT_SIZE 48

/* Writes the address as text (RFC 5952 for IPv6), or "none" if |a| is not an address. */
void addr_format(char text[static ADDR_TEXT_SIZE], const struct addr *a);
/* Parses IPv4 or IPv6 text. Returns false, and leaves |*a| unchanged, if |text| is not an address. */
bool addr_parse(struct addr *a, const char *text);
/*
 * Returns whether the address is globally reachable. Loopback, link-local, private, documentation and
 * benchmarking addresses are not (RFC 6890, RFC 1918, RFC 4193, RFC 5737, RFC 3849, RFC 6598, RFC 2544).
 */
bool addr_is_global(const struct addr *a);
static inline bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->version == b->version && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static inline bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

#endif
