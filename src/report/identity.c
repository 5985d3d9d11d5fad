/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity.h"

#include "sha1.h"

#include <string.h>

enum { PROTOCOL_TCP = 6, ENDPOINT_SIZE = 18, DIGEST_TEXT = 28 };

/* Bytes of an address of this version. */
static size_t address_size(const struct endpoint *e)
{
	return e->addr.version == 4 ? 4 : 16;
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t length)
{
	memcpy(at, bytes, length);
	return at + length;
}

static uint8_t *put_port(uint8_t *at, uint16_t port)
{
	at[0] = (uint8_t)(port >> 8);
	at[1] = (uint8_t)port;
	return at + 2;
}

/* FNV-1a; 64 bits are enough to distinguish the sessions of one site. */
static uint64_t hash(const uint8_t *at, size_t length)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		h = (h ^ at[i]) * UINT64_C(0x100000001b3);
	/* A final mix (splitmix64), so that similar times give different digits. */
	h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
	return h ^ h >> 31;
}

void identity_uid(char text[static IDENTITY_UID_SIZE], const struct endpoint *client,
		  const struct endpoint *server, tstamp first)
{
	uint8_t bytes[2 * ENDPOINT_SIZE + 8], *at = bytes;
	uint64_t uid;

	at = put_port(put_bytes(at, client->addr.bytes, 16), client->port);
	at = put_port(put_bytes(at, server->addr.bytes, 16), server->port);
	for (unsigned i = 0; i < 8; i++)
		*at++ = (uint8_t)((uint64_t)first >> 8 * i);
	uid = hash(bytes, (size_t)(at - bytes));
	for (unsigned shift = 64; shift > 0; shift -= 4)
		*text++ = "0123456789abcdef"[uid >> (shift - 4) & 15];
	*text = 0;
}

static void base64(char text[static DIGEST_TEXT + 1], const uint8_t digest[static SHA1_SIZE])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t padded[SHA1_SIZE + 1] = { 0 };

	memcpy(padded, digest, SHA1_SIZE);
	for (size_t i = 0; i < sizeof padded; i += 3) {
		uint32_t bits = (uint32_t)padded[i] << 16 | (uint32_t)padded[i + 1] << 8 | padded[i + 2];

		for (size_t k = 0; k < 4; k++)
			*text++ = letters[bits >> (18 - 6 * k) & 63];
	}
	/* 20 bytes are six groups of three and one of two. */
	text[-1] = '=';
	*text = 0;
}

/* Returns whether |a| sorts before |b|: by address, then by port. */
static bool in_order(const struct endpoint *a, const struct endpoint *b)
{
	int order = memcmp(a->addr.bytes, b->addr.bytes, address_size(a));

	return order < 0 || (order == 0 && a->port <= b->port);
}

void identity_community(char text[static IDENTITY_COMMUNITY_SIZE], const struct endpoint *client,
			const struct endpoint *server)
{
	bool ordered = in_order(client, server);
	const struct endpoint *first = ordered ? client : server, *second = ordered ? server : client;
	size_t size = address_size(first);
	/* Seed, addresses, protocol, padding, ports. */
	uint8_t bytes[2 + 2 * 16 + 2 + 2 * 2] = { 0, 0 }, *at = bytes + 2, digest[SHA1_SIZE];

	at = put_bytes(put_bytes(at, first->addr.bytes, size), second->addr.bytes, size);
	*at++ = PROTOCOL_TCP;
	*at++ = 0;
	at = put_port(put_port(at, first->port), second->port);
	sha1(digest, span_of(bytes, (size_t)(at - bytes)));
	memcpy(text, "1:", 2);
	base64(text + 2, digest);
}
