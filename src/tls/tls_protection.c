/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_protection.h"

#include "tls_hello.h"

enum { EXPLICIT_NONCE = 8, SALT = 4, SEQUENCE = 8, PSEUDO_HEADER = SEQUENCE + TLS_RECORD_HEADER };

static bool is_cbc(const struct tls_suite *suite)
{
	return suite->cipher == TLS_AES_128_CBC || suite->cipher == TLS_AES_256_CBC;
}

bool tls_protection_begin(struct tls_protection *p, struct tls_crypto *crypto,
			  const struct tls_protection_config *config, const struct tls_record_keys *keys)
{
	size_t mac = is_cbc(&config->suite) ? tls_digest_length(config->suite.mac) : 0;

	tls_protection_end(p);
	p->suite = config->suite;
	p->version = config->version;
	p->encrypt_then_mac = config->encrypt_then_mac;
	p->iv_known = true;
	memcpy(p->iv, keys->iv, sizeof p->iv);
	p->unlock = tls_unlock_create(crypto, &p->suite, span_of(keys->key, p->suite.key_length),
				      span_of(keys->mac_key, mac));
	return p->unlock != NULL;
}

void tls_protection_end(struct tls_protection *p)
{
	tls_unlock_destroy(p->unlock);
	explicit_bzero(p, sizeof *p);
}

static void put_sequence(uint8_t *to, uint64_t sequence)
{
	for (int i = 0; i < SEQUENCE; i++)
		to[i] = (uint8_t)(sequence >> (56 - 8 * i));
}

/* The bytes that MAC and additional data begin with: sequence number, type, version and the length of the text. */
static void put_pseudo_header(uint8_t *to, uint64_t sequence, const uint8_t *header, size_t length)
{
	put_sequence(to, sequence);
	memcpy(to + SEQUENCE, header, 3);
	to[SEQUENCE + 3] = (uint8_t)(length >> 8);
	to[SEQUENCE + 4] = (uint8_t)length;
}

static void mix_nonce(uint8_t nonce[static TLS_IV_LENGTH], const uint8_t *iv, uint64_t sequence)
{
	uint8_t bytes[SEQUENCE];

	put_sequence(bytes, sequence);
	memcpy(nonce, iv, TLS_IV_LENGTH);
	for (int i = 0; i < SEQUENCE; i++)
		nonce[TLS_IV_LENGTH - SEQUENCE + i] ^= bytes[i];
}

/* TLS 1.3: the type is behind the text, and zeros behind that. */
static bool open_inner(struct tls_protection *p, const struct tls_sealed *sealed, uint64_t sequence,
		       uint8_t *out, struct tls_plain *plain)
{
	uint8_t nonce[TLS_IV_LENGTH];
	size_t length;

	if (sealed->content.length <= p->suite.tag_length)
		return false;
	mix_nonce(nonce, p->iv, sequence);
	if (!tls_unlock_aead(p->unlock, nonce, span_of(sealed->header, sizeof sealed->header),
			     sealed->content, out))
		return false;
	length = sealed->content.length - p->suite.tag_length;
	while (length && !out[length - 1])
		length--;
	if (!length)
		return false;
	*plain = (struct tls_plain){ .type = out[length - 1], .bytes = span_of(out, length - 1) };
	return true;
}

static bool open_aead(struct tls_protection *p, const struct tls_sealed *sealed, uint64_t sequence,
		      uint8_t *out, struct tls_plain *plain)
{
	size_t explicit = p->suite.cipher == TLS_CHACHA20_POLY1305 ? 0 : EXPLICIT_NONCE;
	uint8_t nonce[TLS_IV_LENGTH], header[PSEUDO_HEADER];
	struct span content = sealed->content;
	size_t length;

	if (content.length < explicit + p->suite.tag_length)
		return false;
	if (explicit) {
		memcpy(nonce, p->iv, SALT);
		memcpy(nonce + SALT, content.at, EXPLICIT_NONCE);
	} else {
		mix_nonce(nonce, p->iv, sequence);
	}
	length = content.length - explicit - p->suite.tag_length;
	put_pseudo_header(header, sequence, sealed->header, length);
	if (!tls_unlock_aead(p->unlock, nonce, span_of(header, sizeof header), span_from(content, explicit),
			     out))
		return false;
	*plain = (struct tls_plain){ .type = sealed->header[0], .bytes = span_of(out, length) };
	return true;
}

/* Returns the bytes before the padding (RFC 5246 6.2.3.2), or SIZE_MAX if it is not padding. */
static size_t without_padding(struct span bytes)
{
	size_t pad = bytes.length ? bytes.at[bytes.length - 1] : 0;

	if (bytes.length < pad + 1)
		return SIZE_MAX;
	for (size_t i = 0; i <= pad; i++)
		if (bytes.at[bytes.length - 1 - i] != pad)
			return SIZE_MAX;
	return bytes.length - pad - 1;
}

static bool mac_fits(struct tls_protection *p, const struct tls_sealed *sealed, uint64_t sequence,
		     struct span text, struct span mac)
{
	uint8_t header[PSEUDO_HEADER] = { 0 };
	const struct span parts[] = { span_of(header, sizeof header), text };

	put_pseudo_header(header, sequence, sealed->header, text.length);
	return tls_unlock_mac_fits(p->unlock, parts, 2, mac);
}

static bool open_cbc(struct tls_protection *p, const struct tls_sealed *sealed, uint64_t sequence,
		     uint8_t *out, struct tls_plain *plain)
{
	size_t mac = tls_digest_length(p->suite.mac), own_iv = p->version > 0x0301 ? TLS_BLOCK : 0, length;
	struct span content = sealed->content, blocks;

	if (!own_iv && !p->iv_known)
		return false;
	if (p->encrypt_then_mac) {
		if (content.length < mac ||
		    !mac_fits(p, sealed, sequence, span_first(content, content.length - mac),
			      span_from(content, content.length - mac)))
			return false;
		content = span_first(content, content.length - mac);
	}
	if (content.length < own_iv + TLS_BLOCK)
		return false;
	blocks = span_from(content, own_iv);
	if (!tls_unlock_cbc(p->unlock, own_iv ? content.at : p->iv, blocks, out))
		return false;
	length = without_padding(span_of(out, blocks.length));
	if (length == SIZE_MAX)
		return false;
	if (!p->encrypt_then_mac) {
		if (length < mac)
			return false;
		length -= mac;
		if (!mac_fits(p, sealed, sequence, span_of(out, length), span_of(out + length, mac)))
			return false;
	}
	*plain = (struct tls_plain){ .type = sealed->header[0], .bytes = span_of(out, length) };
	tls_protection_pass(p, content);
	return true;
}

bool tls_protection_open(struct tls_protection *p, const struct tls_sealed *sealed, uint64_t sequence,
			 uint8_t *out, struct tls_plain *plain)
{
	if (!p->unlock || sealed->content.length > TLS_RECORD_MAX)
		return false;
	if (p->version >= TLS_1_3)
		return open_inner(p, sealed, sequence, out, plain);
	return is_cbc(&p->suite) ? open_cbc(p, sealed, sequence, out, plain)
				 : open_aead(p, sealed, sequence, out, plain);
}

void tls_protection_pass(struct tls_protection *p, struct span content)
{
	size_t mac = p->encrypt_then_mac ? tls_digest_length(p->suite.mac) : 0;

	if (!is_cbc(&p->suite) || p->version > 0x0301)
		return;
	/* The last block of ciphertext; with encrypt-then-MAC, callers may pass the content with or without the MAC. */
	if (mac && content.length % TLS_BLOCK == mac % TLS_BLOCK && mac % TLS_BLOCK && content.length >= mac)
		content.length -= mac;
	p->iv_known = content.length >= TLS_BLOCK;
	if (p->iv_known)
		memcpy(p->iv, content.at + content.length - TLS_BLOCK, TLS_BLOCK);
}

uint64_t tls_protection_text_length(const struct tls_protection *p, uint64_t length, bool *exact)
{
	uint64_t overhead = p->suite.tag_length;

	*exact = false;
	if (p->version >= TLS_1_3) {
		overhead++;
	} else if (is_cbc(&p->suite)) {
		overhead = tls_digest_length(p->suite.mac) + (p->version > 0x0301 ? TLS_BLOCK : 0) + 1;
	} else {
		overhead += p->suite.cipher == TLS_CHACHA20_POLY1305 ? 0 : EXPLICIT_NONCE;
		*exact = true;
	}
	return length > overhead ? length - overhead : 0;
}
