/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_schedule: from secrets to the keys of records: HKDF-Expand-Label of TLS 1.3 (RFC 8446 7.1), the PRF of TLS 1.2 (RFC 5246
 * 5) and of TLS 1.0 and 1.1 (RFC 4346 5).
 */
#ifndef SMTPSCOPE_TLS_SCHEDULE_H
#define SMTPSCOPE_TLS_SCHEDULE_H

#include "tls_cipher.h"
#include "tls_keys.h"

enum { TLS_KEY_MAX = 32, TLS_BLOCK = 16 };

/* The keys of one direction. */
struct tls_record_keys {
	uint8_t key[TLS_KEY_MAX];
	uint8_t mac_key[TLS_SECRET_MAX]; /* CBC */
	uint8_t iv[TLS_BLOCK];		 /* AEAD: 4 or 12 bytes; CBC of TLS 1.0: 16 */
};

/* Values of a TLS 1.2 (or older) handshake. */
struct tls_old_handshake {
	uint16_t version;
	const uint8_t *client_random, *server_random; /* TLS_RANDOM_SIZE bytes each */
};

/*
 * TLS 1.3: HKDF-Expand-Label with this hash. At most one hash length of bytes. Returns false if libcrypto fails or the length
 * is not possible.
 */
bool tls_expand_label(struct tls_crypto *crypto, enum tls_digest hash, struct span secret, const char *label,
		      struct span context, uint8_t *out, size_t length);
/* TLS 1.3: the keys under a traffic secret. */
bool tls_traffic_keys(struct tls_crypto *crypto, const struct tls_suite *suite,
		      const struct tls_secret *secret, struct tls_record_keys *keys);
/* TLS 1.3: the traffic secret after a KeyUpdate (RFC 8446 7.2). */
bool tls_next_secret(struct tls_crypto *crypto, enum tls_digest hash, struct tls_secret *secret);
/* TLS 1.3: a secret of the next stage: Derive-Secret(secret, label, hash of the transcript). */
bool tls_derive_secret(struct tls_crypto *crypto, enum tls_digest hash, const struct tls_secret *from,
		       const char *label, struct span transcript, struct tls_secret *to);
/* TLS 1.3: "Master Secret" from "Handshake Secret". */
bool tls_master_secret(struct tls_crypto *crypto, enum tls_digest hash, const struct tls_secret *handshake,
		       struct tls_secret *master);
/* TLS 1.2 and older: the keys of both directions, client first. */
bool tls_old_keys(struct tls_crypto *crypto, const struct tls_suite *suite, const struct tls_secret *master,
		  const struct tls_old_handshake *handshake, struct tls_record_keys keys[static 2]);

#endif
