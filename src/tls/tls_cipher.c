/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_cipher.h"

#include "openssl_library.h"

#include <openssl/core_names.h>
#include <stdlib.h>

enum { BLOCK = 16, MAC_KEY_MAX = 48 };

static const char *const CIPHER_NAMES[TLS_CIPHERS] = {
	[TLS_AES_128_GCM] = "AES-128-GCM",
	[TLS_AES_256_GCM] = "AES-256-GCM",
	[TLS_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
	[TLS_AES_128_CCM] = "AES-128-CCM",
	[TLS_AES_256_CCM] = "AES-256-CCM",
	[TLS_AES_128_CBC] = "AES-128-CBC",
	[TLS_AES_256_CBC] = "AES-256-CBC",
};

static const char *const DIGEST_NAMES[TLS_DIGESTS] = {
	[TLS_MD5] = "MD5", [TLS_SHA1] = "SHA1", [TLS_SHA256] = "SHA256", [TLS_SHA384] = "SHA384"
};

/*
 * What libcrypto allocates for a context, which it takes from malloc: measured with mallinfo2 for OpenSSL 3.0, the larger ones of each kind. GCM
 * takes 1,168 bytes, ChaCha20-Poly1305 1,056, CBC 656; SHA-384 608 for both contexts of a hash, SHA-256 416.
 */
enum { CIPHER_CONTEXT = 1168, HASH_CONTEXTS = 608 };

struct tls_crypto {
	const struct openssl_library *openssl;
	struct account *account; /* charged with hashes and keys; NULL: none */
	EVP_CIPHER *ciphers[TLS_CIPHERS];
	EVP_MD *digests[TLS_DIGESTS];
	EVP_MAC *hmac;
};

struct tls_hash {
	const struct openssl_library *openssl;
	struct account *account;
	EVP_MD_CTX *context;
	EVP_MD_CTX *copy;
};

struct tls_unlock {
	const struct openssl_library *openssl;
	struct tls_crypto *crypto;
	EVP_CIPHER_CTX *context;
	struct tls_suite suite;
	uint8_t mac_key[MAC_KEY_MAX];
};

struct tls_crypto *tls_crypto_create(const struct openssl_library *openssl)
{
	struct tls_crypto *crypto = calloc(1, sizeof *crypto);
	bool complete = crypto != NULL;

	if (!crypto)
		return NULL;
	crypto->openssl = openssl;
	for (int i = 0; i < TLS_CIPHERS; i++) {
		crypto->ciphers[i] = openssl->EVP_CIPHER_fetch(NULL, CIPHER_NAMES[i], NULL);
		complete &= crypto->ciphers[i] != NULL;
	}
	for (int i = 0; i < TLS_DIGESTS; i++) {
		crypto->digests[i] = openssl->EVP_MD_fetch(NULL, DIGEST_NAMES[i], NULL);
		complete &= crypto->digests[i] != NULL || i == TLS_MD5;
	}
	crypto->hmac = openssl->EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (complete && crypto->hmac)
		return crypto;
	tls_crypto_destroy(crypto);
	return NULL;
}

void tls_crypto_destroy(struct tls_crypto *crypto)
{
	if (!crypto)
		return;
	for (int i = 0; i < TLS_CIPHERS; i++)
		crypto->openssl->EVP_CIPHER_free(crypto->ciphers[i]);
	for (int i = 0; i < TLS_DIGESTS; i++)
		crypto->openssl->EVP_MD_free(crypto->digests[i]);
	crypto->openssl->EVP_MAC_free(crypto->hmac);
	free(crypto);
}

void tls_crypto_charge(struct tls_crypto *crypto, struct account *account)
{
	crypto->account = account;
}

bool tls_hmac(struct tls_crypto *crypto, enum tls_digest digest, struct span key, const struct span *parts,
	      size_t count, uint8_t *out)
{
	char name[8];
	OSSL_PARAM params[2] = { OSSL_PARAM_END, OSSL_PARAM_END };
	EVP_MAC_CTX *mac = crypto->digests[digest] ? crypto->openssl->EVP_MAC_CTX_new(crypto->hmac) : NULL;
	size_t length = 0;
	bool good;

	if (!mac)
		return false;
	strcpy(name, DIGEST_NAMES[digest]);
	params[0] = crypto->openssl->OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
	good = crypto->openssl->EVP_MAC_init(mac, key.at, key.length, params) == 1;
	for (size_t i = 0; good && i < count; i++)
		good = crypto->openssl->EVP_MAC_update(mac, parts[i].at, parts[i].length) == 1;
	good = good && crypto->openssl->EVP_MAC_final(mac, out, &length, tls_digest_length(digest)) == 1;
	crypto->openssl->EVP_MAC_CTX_free(mac);
	return good && length == tls_digest_length(digest);
}

struct tls_hash *tls_hash_create(struct tls_crypto *crypto, enum tls_digest digest)
{
	struct tls_hash *hash = account_take_zeroed(crypto->account, 1, sizeof *hash);

	if (!hash)
		return NULL;
	hash->openssl = crypto->openssl;
	hash->account = crypto->account;
	account_charge(hash->account, HASH_CONTEXTS);
	hash->context = crypto->openssl->EVP_MD_CTX_new();
	hash->copy = crypto->openssl->EVP_MD_CTX_new();
	if (hash->context && hash->copy && crypto->digests[digest] &&
	    crypto->openssl->EVP_DigestInit_ex2(hash->context, crypto->digests[digest], NULL) == 1)
		return hash;
	tls_hash_destroy(hash);
	return NULL;
}

void tls_hash_destroy(struct tls_hash *hash)
{
	if (!hash)
		return;
	hash->openssl->EVP_MD_CTX_free(hash->context);
	hash->openssl->EVP_MD_CTX_free(hash->copy);
	account_release(hash->account, HASH_CONTEXTS);
	account_free(hash->account, hash);
}

void tls_hash_update(struct tls_hash *hash, struct span bytes)
{
	(void)hash->openssl->EVP_DigestUpdate(hash->context, bytes.at, bytes.length);
}

bool tls_hash_value(const struct tls_hash *hash, uint8_t *out)
{
	return hash->openssl->EVP_MD_CTX_copy_ex(hash->copy, hash->context) == 1 &&
	       hash->openssl->EVP_DigestFinal_ex(hash->copy, out, NULL) == 1;
}

static bool is_ccm(const struct tls_suite *suite)
{
	return suite->cipher == TLS_AES_128_CCM || suite->cipher == TLS_AES_256_CCM;
}

static bool set_key(struct tls_unlock *u, EVP_CIPHER *cipher, struct span key)
{
	EVP_CIPHER_CTX *c = u->context;

	if (u->openssl->EVP_DecryptInit_ex2(c, cipher, NULL, NULL, NULL) != 1)
		return false;
	/* CCM must know both lengths before its key. */
	if (is_ccm(&u->suite) &&
	    (u->openssl->EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, TLS_IV_LENGTH, NULL) != 1 ||
	     u->openssl->EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, u->suite.tag_length, NULL) != 1))
		return false;
	return u->openssl->EVP_DecryptInit_ex2(c, NULL, key.at, NULL, NULL) == 1 &&
	       u->openssl->EVP_CIPHER_CTX_set_padding(c, 0) == 1;
}

struct tls_unlock *tls_unlock_create(struct tls_crypto *crypto, const struct tls_suite *suite,
				     struct span key, struct span mac_key)
{
	struct tls_unlock *u = account_take_zeroed(crypto->account, 1, sizeof *u);

	if (!u)
		return NULL;
	u->openssl = crypto->openssl;
	u->crypto = crypto;
	account_charge(crypto->account, CIPHER_CONTEXT);
	u->suite = *suite;
	u->context = crypto->openssl->EVP_CIPHER_CTX_new();
	if (!u->context || key.length != suite->key_length || mac_key.length > sizeof u->mac_key ||
	    !set_key(u, crypto->ciphers[suite->cipher], key)) {
		tls_unlock_destroy(u);
		return NULL;
	}
	span_copy(mac_key, 0, u->mac_key, mac_key.length);
	return u;
}

void tls_unlock_destroy(struct tls_unlock *u)
{
	struct account *account;

	if (!u)
		return;
	account = u->crypto->account;
	u->openssl->EVP_CIPHER_CTX_free(u->context);
	u->openssl->OPENSSL_cleanse(u, sizeof *u);
	account_release(account, CIPHER_CONTEXT);
	account_free(account, u);
}

bool tls_unlock_aead(struct tls_unlock *u, const uint8_t *nonce, struct span aad, struct span sealed,
		     uint8_t *out)
{
	EVP_CIPHER_CTX *c = u->context;
	size_t tag = u->suite.tag_length;
	uint8_t tag_copy[BLOCK], nothing[BLOCK];
	int length = 0, content;

	if (sealed.length < tag || tag > sizeof tag_copy || sealed.length > INT16_MAX * 2)
		return false;
	content = (int)(sealed.length - tag);
	memcpy(tag_copy, sealed.at + content, tag);
	if (is_ccm(&u->suite)) {
		/* The tag comes first, then the length; the update verifies the tag. An empty message is verified, too. */
		return u->openssl->EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, (int)tag, tag_copy) == 1 &&
		       u->openssl->EVP_DecryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
		       u->openssl->EVP_DecryptUpdate(c, NULL, &length, NULL, content) == 1 &&
		       u->openssl->EVP_DecryptUpdate(c, NULL, &length, aad.at, (int)aad.length) == 1 &&
		       u->openssl->EVP_DecryptUpdate(c, content ? out : nothing, &length, sealed.at,
						     content) == 1;
	}
	return u->openssl->EVP_DecryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
	       u->openssl->EVP_DecryptUpdate(c, NULL, &length, aad.at, (int)aad.length) == 1 &&
	       (!content || u->openssl->EVP_DecryptUpdate(c, out, &length, sealed.at, content) == 1) &&
	       u->openssl->EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, (int)tag, tag_copy) == 1 &&
	       u->openssl->EVP_DecryptFinal_ex(c, nothing, &length) == 1;
}

bool tls_unlock_cbc(struct tls_unlock *u, const uint8_t *iv, struct span sealed, uint8_t *out)
{
	int length = 0;

	return sealed.length % BLOCK == 0 && sealed.length <= INT16_MAX * 2 &&
	       u->openssl->EVP_DecryptInit_ex2(u->context, NULL, NULL, iv, NULL) == 1 &&
	       (!sealed.length ||
		u->openssl->EVP_DecryptUpdate(u->context, out, &length, sealed.at, (int)sealed.length) == 1);
}

bool tls_unlock_mac_fits(struct tls_unlock *u, const struct span *parts, size_t count, struct span mac)
{
	size_t length = tls_digest_length(u->suite.mac);
	uint8_t computed[MAC_KEY_MAX];

	return mac.length == length &&
	       tls_hmac(u->crypto, u->suite.mac, span_of(u->mac_key, length), parts, count, computed) &&
	       u->openssl->CRYPTO_memcmp(computed, mac.at, length) == 0;
}
