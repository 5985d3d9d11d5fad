/* SPDX-License-Identifier: BSD-2-Clause */
/* addr: an IPv4 or IPv6 address; endpoint: one with a TCP port. Plain values, compared byte by byte. */
#ifndef SMTPSCOPE_ADDR_H
#define SMTPSCOPE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

struct addr {
	uint8_t bytes[16]; /* network order; IPv4 uses the first four, the others are 0 */
	uint8_t version;   /* 4 or 6; 0: none */
};

struct endpoint {
	struct addr addr;
	uint16_t port; /* host byte order */
};

#define ADDR_TEXT_SIZE 48

/* Text of the address (RFC 5952 for IPv6), "none" where there is none. */
void addr_format(char text[static ADDR_TEXT_SIZE], const struct addr *a);
/* Reads text of either version; false, and |*a| left alone, where it is none. */
bool addr_parse(struct addr *a, const char *text);
/*
 * May it be reached from everywhere? Not those of one machine, one network or one laboratory (RFC 6890, RFC 1918, RFC 4193,
 * RFC 5737, RFC 3849, RFC 6598, RFC 2544).
 */
bool addr_is_global(const struct addr *a);
bool addr_equal(const struct addr *a, const struct addr *b);
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

#endif
