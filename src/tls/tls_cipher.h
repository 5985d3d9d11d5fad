/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_cipher: the algorithms, from libcrypto. libssl is not used. All
 * algorithms are fetched when struct tls_crypto is created, so nothing is loaded or opened later, inside a sandbox.
 */
#ifndef SMTPSCOPE_TLS_CIPHER_H
#define SMTPSCOPE_TLS_CIPHER_H

#include "account.h"
#include "span.h"
#include "tls_suite.h"

struct openssl_library;

struct tls_crypto;

/* |openssl| is loaded and must outlive it. Returns NULL if libcrypto lacks an algorithm that TLS 1.2 and 1.3 need, or memory runs out. */
struct tls_crypto *tls_crypto_create(const struct openssl_library *openssl);
void tls_crypto_destroy(struct tls_crypto *crypto);
/* Charges the hashes and keys that are created from now on to |account|, which must outlive them. */
void tls_crypto_charge(struct tls_crypto *crypto, struct account *account);

/*
 * HMAC of |count| parts. |out| gets tls_digest_length bytes. Returns false if the digest is not available (MD5 may not be) or
 * memory runs out.
 */
bool tls_hmac(struct tls_crypto *crypto, enum tls_digest digest, struct span key, const struct span *parts,
	      size_t count, uint8_t *out);

/* A hash of bytes that come in pieces. */
struct tls_hash;

struct tls_hash *tls_hash_create(struct tls_crypto *crypto, enum tls_digest digest);
void tls_hash_destroy(struct tls_hash *hash);
void tls_hash_update(struct tls_hash *hash, struct span bytes);
/* Writes the hash of the bytes so far (tls_digest_length bytes); more may follow. Returns false if memory runs out. */
bool tls_hash_value(const struct tls_hash *hash, uint8_t *out);

/* Opens the records of one direction under one key. */
struct tls_unlock;

/* |key| has suite->key_length bytes; |mac_key| is for CBC suites only. Returns NULL if memory runs out. */
struct tls_unlock *tls_unlock_create(struct tls_crypto *crypto, const struct tls_suite *suite,
				     struct span key, struct span mac_key);
/* Cleanses the keys. */
void tls_unlock_destroy(struct tls_unlock *u);
/*
 * AEAD suites: decrypts |sealed|, which ends with the tag, to |out|, which has room for as many bytes. Returns false if the
 * tag does not fit; the content of |out| is then undefined. |nonce| has TLS_IV_LENGTH bytes.
 */
bool tls_unlock_aead(struct tls_unlock *u, const uint8_t *nonce, struct span aad, struct span sealed,
		     uint8_t *out);
/* CBC suites: decrypts whole blocks of 16 bytes, without looking at MAC or padding. |iv| has 16 bytes. */
bool tls_unlock_cbc(struct tls_unlock *u, const uint8_t *iv, struct span sealed, uint8_t *out);
/* CBC suites: returns whether |mac| is the HMAC of the parts. */
bool tls_unlock_mac_fits(struct tls_unlock *u, const struct span *parts, size_t count, struct span mac);

#endif
