/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_schedule.h"

#include "tls_hello.h"

enum { LABEL_MAX = 64, SEED_MAX = 128, KEY_BLOCK_MAX = 2 * (TLS_SECRET_MAX + TLS_KEY_MAX + TLS_BLOCK) };

static struct span secret_span(const struct tls_secret *secret)
{
	return span_of(secret->bytes, secret->length);
}

bool tls_expand_label(struct tls_crypto *crypto, enum tls_digest hash, struct span secret, const char *label,
		      struct span context, uint8_t *out, size_t length)
{
	static const char prefix[] = "tls13 ";
	size_t label_length = sizeof prefix - 1 + strlen(label);
	uint8_t info[4 + LABEL_MAX + TLS_HASH_MAX], block[TLS_SECRET_MAX];
	size_t at = 0;
	struct span part;

	if (length > tls_digest_length(hash) || label_length > LABEL_MAX || context.length > TLS_HASH_MAX)
		return false;
	info[at++] = (uint8_t)(length >> 8);
	info[at++] = (uint8_t)length;
	info[at++] = (uint8_t)label_length;
	memcpy(info + at, prefix, sizeof prefix - 1);
	memcpy(info + at + sizeof prefix - 1, label, strlen(label));
	at += label_length;
	info[at++] = (uint8_t)context.length;
	span_copy(context, 0, info + at, context.length);
	at += context.length;
	/* HKDF-Expand (RFC 5869 2.3), whose first block is enough. */
	info[at++] = 1;
	part = span_of(info, at);
	if (!tls_hmac(crypto, hash, secret, &part, 1, block))
		return false;
	memcpy(out, block, length);
	explicit_bzero(block, sizeof block);
	return true;
}

bool tls_traffic_keys(struct tls_crypto *crypto, const struct tls_suite *suite,
		      const struct tls_secret *secret, struct tls_record_keys *keys)
{
	const struct span nothing = { 0 };

	return secret->length == tls_digest_length(suite->hash) &&
	       tls_expand_label(crypto, suite->hash, secret_span(secret), "key", nothing, keys->key,
				suite->key_length) &&
	       tls_expand_label(crypto, suite->hash, secret_span(secret), "iv", nothing, keys->iv,
				TLS_IV_LENGTH);
}

bool tls_next_secret(struct tls_crypto *crypto, enum tls_digest hash, struct tls_secret *secret)
{
	return tls_expand_label(crypto, hash, secret_span(secret), "traffic upd", (struct span){ 0 },
				secret->bytes, secret->length);
}

bool tls_derive_secret(struct tls_crypto *crypto, enum tls_digest hash, const struct tls_secret *from,
		       const char *label, struct span transcript, struct tls_secret *to)
{
	to->length = (uint8_t)tls_digest_length(hash);
	return tls_expand_label(crypto, hash, secret_span(from), label, transcript, to->bytes, to->length);
}

bool tls_master_secret(struct tls_crypto *crypto, enum tls_digest hash, const struct tls_secret *handshake,
		       struct tls_secret *master)
{
	static const uint8_t zeros[TLS_HASH_MAX];
	struct span part = span_of(zeros, tls_digest_length(hash));
	struct tls_hash *empty = tls_hash_create(crypto, hash);
	uint8_t transcript[TLS_HASH_MAX];
	struct tls_secret derived;
	bool good;

	good = empty && tls_hash_value(empty, transcript) &&
	       tls_derive_secret(crypto, hash, handshake, "derived",
				 span_of(transcript, tls_digest_length(hash)), &derived);
	tls_hash_destroy(empty);
	master->length = (uint8_t)tls_digest_length(hash);
	good = good && tls_hmac(crypto, hash, secret_span(&derived), &part, 1, master->bytes);
	explicit_bzero(&derived, sizeof derived);
	return good;
}

/* P_hash (RFC 5246 5), combined with |out| by exclusive or. */
static bool add_p_hash(struct tls_crypto *crypto, enum tls_digest digest, struct span secret,
		       struct span seed, uint8_t *out, size_t length)
{
	uint8_t a[TLS_HASH_MAX], block[TLS_HASH_MAX];
	size_t size = tls_digest_length(digest);
	struct span parts[2] = { span_of(a, size), seed };

	if (!tls_hmac(crypto, digest, secret, &seed, 1, a))
		return false;
	for (size_t at = 0; at < length; at += size) {
		if (!tls_hmac(crypto, digest, secret, parts, 2, block))
			return false;
		for (size_t i = 0; i < size && at + i < length; i++)
			out[at + i] ^= block[i];
		if (!tls_hmac(crypto, digest, secret, parts, 1, a))
			return false;
	}
	explicit_bzero(a, sizeof a);
	explicit_bzero(block, sizeof block);
	return true;
}

/* The PRF of |version|; |seed| includes the label. */
static bool prf(struct tls_crypto *crypto, uint16_t version, enum tls_digest hash, struct span secret,
		struct span seed, uint8_t *out, size_t length)
{
	size_t half = (secret.length + 1) / 2;

	memset(out, 0, length);
	if (version >= TLS_1_2)
		return add_p_hash(crypto, hash, secret, seed, out, length);
	return add_p_hash(crypto, TLS_MD5, span_first(secret, half), seed, out, length) &&
	       add_p_hash(crypto, TLS_SHA1, span_from(secret, secret.length - half), seed, out, length);
}

static void take(const uint8_t **at, uint8_t *first, uint8_t *second, size_t length)
{
	memcpy(first, *at, length);
	memcpy(second, *at + length, length);
	*at += 2 * length;
}

bool tls_old_keys(struct tls_crypto *crypto, const struct tls_suite *suite, const struct tls_secret *master,
		  const struct tls_old_handshake *handshake, struct tls_record_keys keys[static 2])
{
	static const char label[] = "key expansion";
	uint8_t seed[SEED_MAX], block[KEY_BLOCK_MAX];
	size_t at = sizeof label - 1, mac = 0, iv = 4;
	const uint8_t *next = block;

	if (suite->cipher == TLS_AES_128_CBC || suite->cipher == TLS_AES_256_CBC) {
		mac = tls_digest_length(suite->mac);
		iv = TLS_BLOCK;
	} else if (suite->cipher == TLS_CHACHA20_POLY1305) {
		iv = TLS_IV_LENGTH;
	}
	memcpy(seed, label, at);
	memcpy(seed + at, handshake->server_random, TLS_RANDOM_SIZE);
	memcpy(seed + at + TLS_RANDOM_SIZE, handshake->client_random, TLS_RANDOM_SIZE);
	at += 2 * TLS_RANDOM_SIZE;
	if (!prf(crypto, handshake->version, suite->hash, secret_span(master), span_of(seed, at), block,
		 2 * (mac + suite->key_length + iv)))
		return false;
	take(&next, keys[0].mac_key, keys[1].mac_key, mac);
	take(&next, keys[0].key, keys[1].key, suite->key_length);
	take(&next, keys[0].iv, keys[1].iv, iv);
	explicit_bzero(block, sizeof block);
	return true;
}
