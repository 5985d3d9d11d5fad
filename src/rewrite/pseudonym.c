/* SPDX-License-Identifier: BSD-2-Clause */
#include "pseudonym.h"

#include "addr.h"
#include "openssl_library.h"

#include <ctype.h>
#include <stdlib.h>

enum { BLOCK = 16, DIGEST = 32, CACHE = 1024, WORD_KEPT = 256 };

/* An address and its replacement. */
struct known {
	uint8_t size; /* 0: empty */
	uint8_t from[16], to[16];
};

struct pseudonym {
	struct openssl_library openssl;
	uint8_t pad[BLOCK];  /* of Crypto-PAn */
	uint8_t key[DIGEST]; /* of HMAC */
	EVP_CIPHER_CTX *cipher;
	struct known known[CACHE];
};

static bool digest(const struct openssl_library *openssl, const uint8_t *key, size_t key_length,
		   struct span of, uint8_t out[static DIGEST])
{
	unsigned length = 0;

	return openssl->HMAC(openssl->EVP_sha256(), key, (int)key_length, of.at, of.length, out, &length) !=
		   NULL &&
	       length == DIGEST;
}

/* Encrypts one block. */
static bool encrypt(struct pseudonym *p, const uint8_t in[static BLOCK], uint8_t out[static BLOCK])
{
	int length = 0;

	return p->openssl.EVP_EncryptUpdate(p->cipher, out, &length, in, BLOCK) == 1 && length == BLOCK;
}

struct pseudonym *pseudonym_create(struct span key)
{
	struct pseudonym *p = calloc(1, sizeof *p);
	uint8_t addresses[DIGEST];
	bool good;

	if (!p)
		return NULL;
	p->cipher = openssl_library_load(&p->openssl) ? p->openssl.EVP_CIPHER_CTX_new() : NULL;
	good =
	    p->cipher && digest(&p->openssl, key.at, key.length, span_text("smtpscope names"), p->key) &&
	    digest(&p->openssl, key.at, key.length, span_text("smtpscope addresses"), addresses) &&
	    p->openssl.EVP_EncryptInit_ex(p->cipher, p->openssl.EVP_aes_128_ecb(), NULL, addresses, NULL) == 1 &&
	    p->openssl.EVP_CIPHER_CTX_set_padding(p->cipher, 0) == 1 && encrypt(p, addresses + BLOCK, p->pad);
	explicit_bzero(addresses, sizeof addresses);
	if (good)
		return p;
	pseudonym_destroy(p);
	return NULL;
}

void pseudonym_destroy(struct pseudonym *p)
{
	if (!p)
		return;
	if (p->cipher)
		p->openssl.EVP_CIPHER_CTX_free(p->cipher);
	explicit_bzero(p, sizeof *p);
	free(p);
}

/************ addresses ************/

/* Crypto-PAn: each bit is flipped by a bit that depends on those before it. */
static void map_prefix(struct pseudonym *p, uint8_t *address, size_t size)
{
	uint8_t result[16], block[BLOCK], out[BLOCK];

	memcpy(result, address, size);
	memcpy(block, p->pad, BLOCK);
	for (size_t bit = 0; bit < size * 8; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		if (!encrypt(p, block, out))
			memset(out, 0, sizeof out);
		result[bit / 8] ^= out[0] & 0x80 ? mask : 0;
		/* The next input has one more bit of the address, before the rest of the pad. */
		block[bit / 8] = (uint8_t)((block[bit / 8] & ~mask) | (address[bit / 8] & mask));
	}
	memcpy(address, result, size);
}

static bool is_global(const uint8_t *address, size_t size)
{
	struct addr a = { .version = size == 4 ? 4 : 6 };

	memcpy(a.bytes, address, size);
	return addr_is_global(&a);
}

/*
 * Addresses that are not globally reachable become private ones, and the others do not, because diagnoses tell them
 * apart.
 */
static void map_ip(struct pseudonym *p, const uint8_t *from, uint8_t *to, size_t size)
{
	bool global = is_global(from, size);

	memcpy(to, from, size);
	do
		map_prefix(p, to, size);
	while (global && !is_global(to, size));
	if (!global)
		to[0] = size == 4 ? 10 : 0xfd;
}

static void map_mac(const struct pseudonym *p, uint8_t *address)
{
	static const uint8_t none[6] = { 0 }, all[6] = { 255, 255, 255, 255, 255, 255 };
	uint8_t out[DIGEST], group = address[0] & 1;

	if (memcmp(address, none, 6) == 0 || memcmp(address, all, 6) == 0)
		return;
	if (!digest(&p->openssl, p->key, DIGEST, span_of(address, 6), out))
		memset(out, 0, sizeof out);
	memcpy(address, out, 6);
	address[0] = (uint8_t)((address[0] & 0xfc) | 2 | group);
}

void pseudonym_address(struct pseudonym *p, enum layout_kind kind, uint8_t *address)
{
	size_t size = layout_address_size(kind);
	uint32_t slot = 0;
	struct known *k;

	if (kind == LAYOUT_MAC) {
		map_mac(p, address);
		return;
	}
	for (size_t i = 0; i < size; i++)
		slot = slot * 31 + address[i];
	k = &p->known[slot % CACHE];
	if (k->size != size || memcmp(k->from, address, size) != 0) {
		k->size = (uint8_t)size;
		memcpy(k->from, address, size);
		map_ip(p, address, k->to, size);
	}
	memcpy(address, k->to, size);
}

/************ words ************/

static bool is_hexadecimal(const uint8_t *word, size_t length)
{
	bool digit = false, letter = false;

	for (size_t i = 0; i < length; i++) {
		if (isalnum(word[i]) && !isxdigit(word[i]))
			return false;
		digit |= isdigit(word[i]) != 0;
		letter |= isalpha(word[i]) != 0;
	}
	return digit && letter;
}

/* The |index|th byte of a stream that depends on |folded|. */
static uint8_t stream_byte(const struct pseudonym *p, struct span folded, size_t index,
			   uint8_t out[static DIGEST])
{
	if (index % DIGEST == 0) {
		uint8_t input[WORD_KEPT + 1];

		memcpy(input, folded.at, folded.length);
		input[folded.length] = (uint8_t)(index / DIGEST);
		if (!digest(&p->openssl, p->key, DIGEST, span_of(input, folded.length + 1), out))
			memset(out, 0, DIGEST);
	}
	return out[index % DIGEST];
}

/* Bytes of the UTF-8 sequence at |text|; 0: it is not one. */
static size_t sequence_length(const uint8_t *text, size_t length)
{
	size_t count = text[0] >= 0xf0 && text[0] < 0xf5   ? 4
		       : text[0] >= 0xe0 && text[0] < 0xf0 ? 3
		       : text[0] >= 0xc2 && text[0] < 0xe0 ? 2
							   : 0;

	if (!count || count > length)
		return 0;
	for (size_t i = 1; i < count; i++)
		if (text[i] >> 6 != 2)
			return 0;
	return count;
}

size_t pseudonym_high(uint8_t *text, size_t length, uint8_t choice)
{
	/* Of two bytes a Latin letter, of three a Chinese character, of four one of plane 1. */
	static const uint8_t characters[][4] = { { 0xc3, 0x80 },
						 { 0xe4, 0xb8, 0x80 },
						 { 0xf0, 0x9f, 0x98, 0x80 } };
	size_t count = sequence_length(text, length);

	if (!count) {
		text[0] = 0xff;
		return 1;
	}
	memcpy(text, characters[count - 2], count);
	text[count - 1] |= choice & 0x3f;
	return count;
}

void pseudonym_word(struct pseudonym *p, uint8_t *word, size_t length)
{
	unsigned letters = is_hexadecimal(word, length) ? 6 : 26;
	uint8_t folded[WORD_KEPT], out[DIGEST];
	struct span whole;

	for (; length > WORD_KEPT; word += WORD_KEPT, length -= WORD_KEPT)
		pseudonym_word(p, word, WORD_KEPT);
	for (size_t i = 0; i < length; i++)
		folded[i] = (uint8_t)tolower(word[i]);
	whole = span_of(folded, length);
	for (size_t i = 0, made = 0; i < length; i++) {
		uint8_t byte = 0;

		for (; made <= i; made++)
			byte = stream_byte(p, whole, made, out);

		if (isdigit(word[i]))
			word[i] = (uint8_t)('0' + byte % 10);
		else if (isupper(word[i]))
			word[i] = (uint8_t)('A' + byte % letters);
		else if (islower(word[i]))
			word[i] = (uint8_t)('a' + byte % letters);
		else if (word[i] >= 0x80)
			i += pseudonym_high(word + i, length - i, byte) - 1;
	}
}

void pseudonym_octet(struct pseudonym *p, struct span before, uint8_t *digits, size_t length)
{
	static const unsigned lowest[] = { 0, 0, 10, 100 }, count[] = { 1, 10, 90, 156 };
	uint8_t out[DIGEST], input[WORD_KEPT];
	unsigned value;

	before = span_first(before, WORD_KEPT - 4);
	if (before.length)
		memcpy(input, before.at, before.length);
	memcpy(input + before.length, digits, length);
	if (!digest(&p->openssl, p->key, DIGEST, span_of(input, before.length + length), out))
		memset(out, 0, sizeof out);
	value = lowest[length] + ((unsigned)out[0] << 8 | out[1]) % count[length];
	for (size_t i = length; i-- > 0; value /= 10)
		digits[i] = (uint8_t)('0' + value % 10);
}
