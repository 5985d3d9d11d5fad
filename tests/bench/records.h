/* SPDX-License-Identifier: BSD-2-Clause */
/* records: the text of a generated session inside TLS 1.3 records (AES-128-GCM) under known secrets (tests/talk/sealed.h). */
#ifndef SMTPSCOPE_BENCH_RECORDS_H
#define SMTPSCOPE_BENCH_RECORDS_H

#include "sealed.h"
#include "wire.h"

enum { RECORDS_TEXT_MAX = 16384 }; /* bytes of text in a record (RFC 8446 5.1) */

struct records {
	struct sealer sealers[2];
	size_t size; /* bytes of text in a full record */
	size_t have; /* bytes of |text| */
	uint8_t text[RECORDS_TEXT_MAX];
	uint8_t sealed[RECORDS_TEXT_MAX + SEALED_OVERHEAD];
};

/* The records of a session; |size| is 1 to RECORDS_TEXT_MAX. Free it with free. Ends the program if memory runs out. */
struct records *records_create(size_t size);
/* Makes the handshake. */
void records_handshake(struct sealed_handshake *handshake);
/* Takes bytes from |*text| until a record is full. Returns whether it is. */
bool records_fill(struct records *r, const char **text, size_t *length);
/* Seals what was taken as one record of |from|, in |r->sealed|. Returns its length. */
size_t records_seal(struct records *r, enum wire_from from);

#endif
