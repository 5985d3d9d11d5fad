/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_transcript.h"

enum { SERVER_HELLO = 2, FINISHED = 20, MESSAGE_HASH = 254 };

void tls_transcript_init(struct tls_transcript *t, struct account *account)
{
	*t = (struct tls_transcript){ 0 };
	buf_init_charged(&t->hellos, TLS_TRANSCRIPT_KEPT, account);
}

void tls_transcript_finish(struct tls_transcript *t)
{
	buf_finish(&t->hellos);
	tls_hash_destroy(t->hash);
	t->hash = NULL;
}

void tls_transcript_hello(struct tls_transcript *t, uint8_t type, struct span body, bool retry)
{
	const uint8_t header[4] = { type, (uint8_t)(body.length >> 16), (uint8_t)(body.length >> 8),
				    (uint8_t)body.length };

	if (t->server_hello || t->hash)
		return;
	if (retry && type == SERVER_HELLO && !t->first_length)
		t->first_length = t->hellos.length;
	if (buf_append(&t->hellos, span_of(header, sizeof header)) < sizeof header ||
	    buf_append(&t->hellos, body) < body.length)
		t->broken = true;
	t->server_hello = type == SERVER_HELLO && !retry;
}

/* RFC 8446 4.4.1: a first ClientHello that was answered by a HelloRetryRequest counts as its hash. */
static bool hash_first_hello(struct tls_transcript *t, struct tls_crypto *crypto, enum tls_digest digest)
{
	const uint8_t header[4] = { MESSAGE_HASH, 0, 0, (uint8_t)t->digest_length };
	struct tls_hash *first = tls_hash_create(crypto, digest);
	uint8_t value[TLS_HASH_MAX];
	bool good = first != NULL;

	if (good) {
		tls_hash_update(first, span_first(buf_span(&t->hellos), t->first_length));
		good = tls_hash_value(first, value);
		tls_hash_update(t->hash, span_of(header, sizeof header));
		tls_hash_update(t->hash, span_of(value, t->digest_length));
	}
	tls_hash_destroy(first);
	return good;
}

bool tls_transcript_begin(struct tls_transcript *t, struct tls_crypto *crypto, enum tls_digest digest)
{
	if (t->hash)
		return true;
	if (!t->server_hello || t->broken)
		return false;
	t->hash = tls_hash_create(crypto, digest);
	t->digest_length = tls_digest_length(digest);
	if (!t->hash)
		return false;
	if (t->first_length && !hash_first_hello(t, crypto, digest))
		t->broken = true;
	tls_hash_update(t->hash, span_from(buf_span(&t->hellos), t->first_length));
	buf_finish(&t->hellos);
	t->broken |= !tls_hash_value(t->hash, t->to_server_hello);
	return !t->broken;
}

void tls_transcript_server(struct tls_transcript *t, struct span bytes)
{
	while (t->hash && !t->finished && !t->broken && bytes.length) {
		size_t count = t->have < sizeof t->header ? sizeof t->header - t->have : t->left;
		struct span piece = span_first(bytes, count);

		tls_hash_update(t->hash, piece);
		bytes = span_from(bytes, piece.length);
		if (t->have < sizeof t->header) {
			memcpy(t->header + t->have, piece.at, piece.length);
			t->have += (unsigned)piece.length;
			if (t->have < sizeof t->header)
				return;
			t->left = (uint32_t)t->header[1] << 16 | (uint32_t)t->header[2] << 8 | t->header[3];
		} else {
			t->left -= (uint32_t)piece.length;
		}
		if (t->left)
			continue;
		t->have = 0;
		if (t->header[0] == FINISHED) {
			t->finished = true;
			t->broken |= !tls_hash_value(t->hash, t->to_finished);
		}
	}
}
