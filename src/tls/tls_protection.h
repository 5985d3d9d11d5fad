/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_protection: opens the protected records of one direction (RFC 8446 5.2, RFC 5246 6.2.3, RFC 7366). A record counts as
 * opened only if its tag or MAC fits.
 */
#ifndef SMTPSCOPE_TLS_PROTECTION_H
#define SMTPSCOPE_TLS_PROTECTION_H

#include "tls_record.h"
#include "tls_schedule.h"

enum {
	TLS_RECORD_MAX = 16384 + 2048, /* bytes of a record's content (RFC 5246 6.2.3) */
};

struct tls_protection {
	struct tls_unlock *unlock; /* NULL: no keys */
	struct tls_suite suite;
	uint16_t version;
	bool encrypt_then_mac;
	bool iv_known; /* TLS 1.0 with CBC: |iv| is the last block of the record before */
	uint8_t iv[TLS_BLOCK];
};

/* A record as it was on the wire. */
struct tls_sealed {
	uint8_t header[TLS_RECORD_HEADER];
	struct span content;
};

struct tls_plain {
	uint8_t type;	   /* of enum tls_content */
	struct span bytes; /* in the caller's buffer */
};

struct tls_protection_config {
	uint16_t version;
	struct tls_suite suite;
	bool encrypt_then_mac;
};

/* Takes keys into use. Returns false, and has no keys, if memory runs out. */
bool tls_protection_begin(struct tls_protection *p, struct tls_crypto *crypto,
			  const struct tls_protection_config *config, const struct tls_record_keys *keys);
/* Cleanses and frees; a zeroed struct is accepted. */
void tls_protection_end(struct tls_protection *p);
/*
 * Opens |sealed| as the record with number |sequence|. |out| has room for TLS_RECORD_MAX bytes. Returns false if it does not
 * fit; |p| is unchanged then.
 */
bool tls_protection_open(struct tls_protection *p, const struct tls_sealed *sealed, uint64_t sequence,
			 uint8_t *out, struct tls_plain *plain);
/* TLS 1.0 with CBC: a record was passed over; |content| is empty if its bytes are missing. */
void tls_protection_pass(struct tls_protection *p, struct span content);
/*
 * The bytes of text in a record with |length| bytes of content, if no padding was added; |*exact| tells whether there cannot be
 * any.
 */
uint64_t tls_protection_text_length(const struct tls_protection *p, uint64_t length, bool *exact);

#endif
