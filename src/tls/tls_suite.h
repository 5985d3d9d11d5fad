/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_suite: what the cipher suites mean for records (RFC 8446 B.4, and the RFCs of the older suites). */
#ifndef SMTPSCOPE_TLS_SUITE_H
#define SMTPSCOPE_TLS_SUITE_H

#include <stdint.h>

enum tls_digest { TLS_MD5, TLS_SHA1, TLS_SHA256, TLS_SHA384, TLS_DIGESTS };

enum tls_cipher {
	TLS_AES_128_GCM,
	TLS_AES_256_GCM,
	TLS_CHACHA20_POLY1305,
	TLS_AES_128_CCM,
	TLS_AES_256_CCM,
	TLS_AES_128_CBC,
	TLS_AES_256_CBC,
	TLS_CIPHERS
};

struct tls_suite {
	enum tls_cipher cipher;
	enum tls_digest hash; /* of the key schedule (TLS 1.2: of the PRF) */
	enum tls_digest mac;  /* CBC: of the HMAC */
	uint8_t key_length, tag_length;
};

enum { TLS_IV_LENGTH = 12 }; /* of all AEAD nonces */

/* Bytes of a digest. */
static inline unsigned tls_digest_length(enum tls_digest digest)
{
	static const uint8_t lengths[TLS_DIGESTS] = { 16, 20, 32, 48 };

	return lengths[digest];
}

/* Sets |*suite| to the suite with this number. Returns false if its records are not opened here. */
_Bool tls_suite_find(uint16_t number, struct tls_suite *suite);

#endif
