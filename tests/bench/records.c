/* SPDX-License-Identifier: BSD-2-Clause */
#include "records.h"

#include <stdlib.h>
#include <string.h>

static void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "traffic: %s\n", what);
	exit(1);
}

struct records *records_create(size_t size)
{
	struct records *r = calloc(1, sizeof *r);

	need(r, "out of memory");
	need(sealed_keys_make(r->sealers, SEALED_13, false), "libcrypto makes no keys");
	r->size = size;
	return r;
}

void records_handshake(struct sealed_handshake *handshake)
{
	need(sealed_handshake_make(handshake, SEALED_13), "libcrypto makes no handshake");
}

bool records_fill(struct records *r, const char **text, size_t *length)
{
	size_t count = r->size - r->have < *length ? r->size - r->have : *length;

	memcpy(r->text + r->have, *text, count);
	r->have += count;
	*text += count;
	*length -= count;
	return r->have == r->size;
}

size_t records_seal(struct records *r, enum wire_from from)
{
	size_t length =
	    sealed_record(&r->sealers[from == WIRE_SERVER], 23, span_of(r->text, r->have), r->sealed);

	need(length, "libcrypto makes no record");
	r->have = 0;
	return length;
}
