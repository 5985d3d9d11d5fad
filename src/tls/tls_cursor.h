/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_cursor: a read position in a TLS message, for the vectors of RFC 8446 3.4. */
#ifndef SMTPSCOPE_TLS_CURSOR_H
#define SMTPSCOPE_TLS_CURSOR_H

#include "span.h"

/* |good| turns false when bytes are missing; from then on only empty spans and zeros are returned. */
struct tls_cursor {
	struct span rest;
	bool good;
};

static inline struct tls_cursor tls_cursor_of(struct span bytes)
{
	return (struct tls_cursor){ bytes, true };
}

static inline struct span tls_take(struct tls_cursor *c, size_t count)
{
	struct span taken = span_first(c->rest, count);

	if (taken.length != count)
		c->good = false;
	c->rest = span_from(c->rest, count);
	return c->good ? taken : (struct span){ 0 };
}

/* Reads an integer of |bytes| bytes, at most 4. */
static inline uint32_t tls_take_number(struct tls_cursor *c, size_t bytes)
{
	struct span taken = tls_take(c, bytes);
	uint32_t value = 0;

	for (size_t i = 0; i < taken.length; i++)
		value = value << 8 | taken.at[i];
	return value;
}

/* Reads a length of |length_bytes| bytes, and that many bytes. */
static inline struct span tls_take_vector(struct tls_cursor *c, size_t length_bytes)
{
	size_t length = tls_take_number(c, length_bytes);

	return tls_take(c, length);
}

#endif
