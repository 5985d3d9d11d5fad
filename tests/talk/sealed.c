/* SPDX-License-Identifier: BSD-2-Clause */
#include "sealed.h"

#include "../tls/loaded_openssl.h"
#include "memory.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum {
	TAG = 16,
	NONCE = 12,
	EXPLICIT = 8,
	RECORD_MOST = 16384,
	CLIENT_RANDOM = 0x43,
	SERVER_RANDOM = 0x53,
	MASTER = 0x4d
};

/* Text from |start| on is record bytes from |wire| on. */
struct piece {
	uint64_t start, wire;
};

/* The stream of one direction. */
struct stream {
	uint8_t *text;
	uint64_t length;
	struct piece *pieces; /* the last one is the end */
	size_t count;
	uint8_t *wire;
};

static struct tls_secret secret_of(uint8_t fill, uint8_t length)
{
	struct tls_secret secret = { .length = length };

	memset(secret.bytes, fill, length);
	return secret;
}

bool sealed_keys_make(struct sealer sealers[static 2], enum sealed_kind kind, bool handshake)
{
	bool old = kind == SEALED_12;
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());
	uint8_t client[32], server[32];
	const struct tls_old_handshake randoms = { 0x0303, client, server };
	struct tls_record_keys keys[2] = { 0 };
	struct tls_secret master = secret_of(MASTER, 48);
	struct tls_suite suite;
	bool good = crypto && tls_suite_find(old ? 0xc02f : 0x1301, &suite);

	memset(client, CLIENT_RANDOM, sizeof client);
	memset(server, SERVER_RANDOM, sizeof server);
	if (good && old)
		good = tls_old_keys(crypto, &suite, &master, &randoms, keys);
	for (int d = 0; good && d < 2; d++) {
		struct tls_secret secret = secret_of((uint8_t)((handshake ? 'a' : 'c') + d), 32);

		if (!old)
			good = tls_traffic_keys(crypto, &suite, &secret, &keys[d]);
		sealers[d] = (struct sealer){ .old = old, .keys = keys[d], .sequence = old && !handshake };
	}
	tls_crypto_destroy(crypto);
	return good;
}

static void put_number(uint8_t *to, uint64_t number, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = (uint8_t)(number >> (8 * (bytes - 1 - i)));
}

static size_t record_length(const struct sealer *s, size_t text)
{
	return 5 + text + TAG + (s->old ? EXPLICIT : 1);
}

size_t sealed_record(struct sealer *s, uint8_t type, struct span text, uint8_t *to)
{
	size_t length = record_length(s, text.length) - 5, content = s->old ? EXPLICIT : 0;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t nonce[NONCE], aad[13], number[8];
	int count = 0;
	bool good;

	put_number(number, s->sequence++, 8);
	memcpy(to, (uint8_t[]){ s->old ? type : 23, 3, 3 }, 3);
	put_number(to + 3, length, 2);
	memcpy(nonce, s->keys.iv, NONCE);
	if (s->old) {
		memcpy(to + 5, number, EXPLICIT);
		memcpy(nonce + 4, number, EXPLICIT);
		memcpy(aad, number, 8);
		memcpy(aad + 8, to, 3);
		put_number(aad + 11, text.length, 2);
	} else {
		for (int i = 0; i < 8; i++)
			nonce[4 + i] ^= number[i];
		memcpy(aad, to, 5);
	}
	good = c && EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, s->keys.key, nonce) == 1 &&
	       EVP_EncryptUpdate(c, NULL, &count, aad, s->old ? 13 : 5) == 1;
	to += 5 + content;
	if (text.length)
		good = good && EVP_EncryptUpdate(c, to, &count, text.at, (int)text.length) == 1;
	to += text.length;
	if (!s->old)
		good = good && EVP_EncryptUpdate(c, to++, &count, &type, 1) == 1;
	good = good && EVP_EncryptFinal_ex(c, to, &count) == 1 &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, to) == 1;
	EVP_CIPHER_CTX_free(c);
	return good ? length + 5 : 0;
}

/* A hello with nothing but what is needed; |server|: of that side. */
static size_t put_hello(uint8_t *to, bool server, bool old)
{
	static const uint8_t versions_client[] = { 0, 43, 0, 3, 2, 3, 4 },
			     versions_server[] = { 0, 43, 0, 2, 3, 4 };
	uint8_t *at = to + 9;

	memcpy(at, (uint8_t[]){ 3, 3 }, 2);
	memset(at + 2, server ? SERVER_RANDOM : CLIENT_RANDOM, 32);
	at += 34;
	*at++ = 0;
	if (server) {
		memcpy(at, old ? (uint8_t[]){ 0xc0, 0x2f, 0 } : (uint8_t[]){ 0x13, 1, 0 }, 3);
		at += 3;
	} else {
		memcpy(at, old ? (uint8_t[]){ 0, 2, 0xc0, 0x2f, 1, 0 } : (uint8_t[]){ 0, 2, 0x13, 1, 1, 0 }, 6);
		at += 6;
	}
	if (!old) {
		const uint8_t *extension = server ? versions_server : versions_client;
		size_t length = server ? sizeof versions_server : sizeof versions_client;

		put_number(at, length, 2);
		memcpy(at + 2, extension, length);
		at += 2 + length;
	}
	memcpy(to, (uint8_t[]){ 22, 3, 3, 0, 0, (uint8_t)(1 + server) }, 6);
	put_number(to + 3, (uint64_t)(at - to - 5), 2);
	put_number(to + 6, (uint64_t)(at - to - 9), 3);
	return (size_t)(at - to);
}

bool sealed_handshake_make(struct sealed_handshake *h, enum sealed_kind kind)
{
	/* EncryptedExtensions (TLS 1.3 only), and a Finished whose content nobody verifies. */
	static const uint8_t extensions[] = { 8, 0, 0, 2, 0, 0 }, change[] = { 20, 3, 3, 0, 1, 1 },
			     done[] = { 14, 0, 0, 0 };
	uint8_t finished[36] = { 20, 0, 0, 32 };
	bool old = kind == SEALED_12;
	struct sealer sealers[2];
	uint8_t *at;

	*h = (struct sealed_handshake){ 0 };
	if (!sealed_keys_make(sealers, kind, true))
		return false;
	h->length[0] = put_hello(h->bytes[0], false, old);
	at = h->bytes[1];
	at += put_hello(at, true, old);
	if (old) {
		memcpy(at, (uint8_t[]){ 22, 3, 3, 0, sizeof done }, 5);
		memcpy(at + 5, done, sizeof done);
		at += 5 + sizeof done;
	}
	memcpy(at, change, sizeof change);
	at += sizeof change;
	if (!old)
		at += sealed_record(&sealers[1], 22, span_of(extensions, sizeof extensions), at);
	at += sealed_record(&sealers[1], 22, span_of(finished, sizeof finished), at);
	h->length[1] = (size_t)(at - h->bytes[1]);
	at = h->bytes[2];
	memcpy(at, change, sizeof change);
	at += sizeof change;
	at += sealed_record(&sealers[0], 22, span_of(finished, sizeof finished), at);
	h->length[2] = (size_t)(at - h->bytes[2]);
	return true;
}

static void print_line(FILE *out, const char *label, uint8_t fill, unsigned length)
{
	fprintf(out, "%s ", label);
	for (int i = 0; i < 32; i++)
		fprintf(out, "%02x", CLIENT_RANDOM);
	putc(' ', out);
	for (unsigned i = 0; i < length; i++)
		fprintf(out, "%02x", fill);
	putc('\n', out);
}

void sealed_keys_print(FILE *out)
{
	print_line(out, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", 'a', 32);
	print_line(out, "SERVER_HANDSHAKE_TRAFFIC_SECRET", 'b', 32);
	print_line(out, "CLIENT_TRAFFIC_SECRET_0", 'c', 32);
	print_line(out, "SERVER_TRAFFIC_SECRET_0", 'd', 32);
	print_line(out, "CLIENT_RANDOM", MASTER, 48);
}

static bool is_part(const struct talk *t, size_t i, unsigned session)
{
	return t->segments[i].session == session && t->segments[i].segment.kind == SEGMENT_TCP;
}

/* Offset of the segment's first byte in its stream. */
static uint32_t start_of(const struct talk *t, const struct talk_segment *s)
{
	return s->segment.seq - t->sessions[s->session].isn[!s->from_client] - 1;
}

static int compare(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void add_piece(struct stream *stream, uint64_t start)
{
	stream->pieces[stream->count++].start = start;
}

/* Collects the text of a direction, and where its segments begin and end. */
static bool collect(const struct talk *t, unsigned session, size_t from, int side, bool two,
		    struct stream *stream)
{
	size_t kept = 1;

	for (size_t i = from; i < t->count; i++) {
		const struct talk_segment *s = &t->segments[i];
		uint64_t end = (uint64_t)start_of(t, s) + s->whole.length;

		if (is_part(t, i, session) && s->from_client == !side && s->whole.length &&
		    end < UINT32_MAX / 2 && end > stream->length)
			stream->length = end;
	}
	stream->text = calloc(stream->length + 1, 1);
	stream->pieces = calloc(3 * (t->count + 1) + stream->length / RECORD_MOST + 2, sizeof *stream->pieces);
	if (!stream->text || !stream->pieces)
		return false;
	add_piece(stream, 0);
	add_piece(stream, stream->length);
	for (size_t i = t->count; i-- > from;) {
		const struct talk_segment *s = &t->segments[i];
		uint64_t start = start_of(t, s);

		if (!is_part(t, i, session) || s->from_client != !side || !s->whole.length ||
		    start + s->whole.length > stream->length)
			continue;
		/* The first copy counts: it is written last. */
		memcpy(stream->text + start, s->whole.at, s->whole.length);
		add_piece(stream, start);
		add_piece(stream, start + s->whole.length);
		if (two && s->whole.length > 1)
			add_piece(stream, start + s->whole.length / 2);
	}
	for (uint64_t at = RECORD_MOST; at < stream->length; at += RECORD_MOST)
		add_piece(stream, at);
	qsort(stream->pieces, stream->count, sizeof *stream->pieces, compare);
	for (size_t i = 1; i < stream->count; i++)
		if (stream->pieces[i].start != stream->pieces[kept - 1].start)
			stream->pieces[kept++] = stream->pieces[i];
	stream->count = kept;
	return true;
}

/* Seals the text of a direction. */
static bool seal_stream(struct stream *stream, struct sealer *sealer)
{
	uint64_t at = 0;

	stream->wire = malloc(stream->length + 1 + stream->count * record_length(sealer, 0));
	if (!stream->wire)
		return false;
	for (size_t i = 0; i + 1 < stream->count; i++) {
		struct piece *p = &stream->pieces[i];
		size_t length;

		p->wire = at;
		length = sealed_record(sealer, 23, span_of(stream->text + p->start, p[1].start - p->start),
				       stream->wire + at);
		if (!length)
			return false;
		at += length;
	}
	stream->pieces[stream->count - 1].wire = at;
	return true;
}

/* The wire offset for the text offset |at|. Inside a record, the distance to its end is kept. */
static uint32_t wire_at(const struct stream *stream, uint32_t at)
{
	const struct piece *end = stream->pieces;

	/* Before the stream, or behind it. */
	if (at > UINT32_MAX / 2)
		return at;
	if (at >= stream->length)
		return (uint32_t)(stream->pieces[stream->count - 1].wire + (at - stream->length));
	while (end->start < at)
		end++;
	return (uint32_t)(end->wire - (end->start - at));
}

static bool seal_segment(struct talk *t, struct talk_segment *s, const struct stream streams[static 2])
{
	const struct stream *own = &streams[!s->from_client], *peer = &streams[s->from_client];
	const uint32_t *isn = t->sessions[s->session].isn;
	uint32_t start = start_of(t, s), from = wire_at(own, start), to;
	size_t captured = s->segment.payload.length;
	bool cut = captured < s->whole.length;
	uint8_t *bytes;

	s->segment.seq = isn[!s->from_client] + 1 + from;
	if (s->segment.flags & TCP_ACK)
		s->segment.ack =
		    isn[s->from_client] + 1 + wire_at(peer, s->segment.ack - isn[s->from_client] - 1);
	if (!s->whole.length || start + s->whole.length > own->length)
		return true;
	to = wire_at(own, start + (uint32_t)s->whole.length);
	bytes = talk_memory_alloc(t->memory, to - from);
	if (!bytes)
		return false;
	memcpy(bytes, own->wire + from, to - from);
	/* Other text in the same place damages the record. */
	if (memcmp(own->text + start, s->whole.at, s->whole.length) != 0)
		bytes[to - from - 1] ^= 0x55;
	s->whole = span_of(bytes, to - from);
	s->segment.payload = cut ? span_first(s->whole, captured) : s->whole;
	s->segment.payload_length = (uint32_t)s->whole.length;
	return true;
}

bool sealed_session(struct talk *t, unsigned session, size_t from, enum sealed_kind kind)
{
	struct stream streams[2] = { 0 };
	struct sealer sealers[2];
	bool good = sealed_keys_make(sealers, kind, false);

	for (int side = 0; good && side < 2; side++)
		good = collect(t, session, from, side, kind == SEALED_13_TWO, &streams[side]) &&
		       seal_stream(&streams[side], &sealers[side]);
	for (size_t i = from; good && i < t->count; i++)
		if (is_part(t, i, session))
			good = seal_segment(t, &t->segments[i], streams);
	for (int side = 0; side < 2; side++) {
		free(streams[side].text);
		free(streams[side].pieces);
		free(streams[side].wire);
	}
	return good;
}
