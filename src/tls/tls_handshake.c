/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_handshake.h"

#include "openssl_library.h"
#include "tls_names.h"

#include <stdlib.h>

enum message {
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	ENCRYPTED_EXTENSIONS = 8,
	CERTIFICATE = 11,
	SERVER_KEY_EXCHANGE = 12,
	SERVER_HELLO_DONE = 14,
	CLIENT_KEY_EXCHANGE = 16,
	MESSAGE_LAST = 24
};

/*
 * TLS 1.3: an encrypted alert has 2 bytes, a content type of 1 and a tag of at most 16 (RFC 8446 5.2); a
 * Finished message has at least 36 bytes and a tag of at least 8.
 */
enum { SHORT_RECORD = 32 };

/* Without the library, certificates and fingerprints stay unknown. */
static bool has_openssl(struct tls_handshake *h)
{
	return h->openssl && openssl_library_load(h->openssl);
}

static void read_hello(struct tls_handshake *h, uint8_t type, struct span body)
{
	struct tls_client_hello client;
	struct tls_server_hello server;

	if (type == CLIENT_HELLO && h->direction == DIR_CLIENT && !h->client_hello_seen) {
		h->client_hello_seen = tls_client_hello_read(&client, body);
		if (!h->client_hello_seen)
			return;
		h->client_hello = client;
		h->hello_end = h->chunk_end;
		h->hello_frame = h->frame;
		if (has_openssl(h))
			tls_fingerprint_compute(h->openssl, &h->fingerprint, body);
	} else if (type == SERVER_HELLO && h->direction == DIR_SERVER &&
		   (!h->server_hello_seen || h->server_hello.retry) && tls_server_hello_read(&server, body)) {
		h->server_hello = server;
		h->retried |= server.retry;
		h->server_hello_seen = true;
	}
}

static void read_certificate(struct tls_handshake *h, struct span body, bool tls13)
{
	if (h->certificate || !has_openssl(h))
		return;
	h->certificate = account_take_zeroed(h->account, 1, sizeof *h->certificate);
	if (!h->certificate ||
	    tls_certificate_read(h->openssl, h->certificate, h->account, body, tls13, h->client_hello.sni))
		return;
	tls_certificate_finish(h->certificate);
	account_free(h->account, h->certificate);
	h->certificate = NULL;
}

/* The named curve of an ephemeral key exchange (RFC 8422 5.4). */
static void read_key_exchange(struct tls_handshake *h, struct span body)
{
	static const char ephemeral[] = "TLS_ECDHE_";
	const char *suite = h->server_hello_seen ? tls_cipher_name(h->server_hello.suite) : NULL;
	uint8_t curve_type;

	if (suite && strncmp(suite, ephemeral, sizeof ephemeral - 1) == 0 &&
	    span_get_u8(body, 0, &curve_type) && curve_type == 3)
		span_get_be16(body, 1, &h->exchange_group);
}

/* Is the content of this message read? A longer one is skipped. */
static bool is_wanted(const struct tls_messages *m)
{
	uint8_t type = m->header[0];

	if (type == CERTIFICATE)
		return m->length <= TLS_CERTIFICATE_KEPT;
	return (type == CLIENT_HELLO || type == SERVER_HELLO || type == SERVER_KEY_EXCHANGE) &&
	       m->length <= TLS_HELLO_KEPT;
}

static void end_message(struct tls_handshake *h, struct tls_side *side)
{
	struct tls_messages *m = &side->messages;
	struct span body = buf_span(&m->body);
	bool whole = is_wanted(m) && body.length == m->length;

	if (m->header[0] == CERTIFICATE) {
		side->certificate = true;
		if (whole && h->direction == DIR_SERVER)
			read_certificate(h, body, false);
	} else if (m->header[0] == SERVER_KEY_EXCHANGE) {
		if (whole)
			read_key_exchange(h, body);
	} else if (m->header[0] == SERVER_HELLO_DONE) {
		side->hello_done = true;
	} else if (m->header[0] == CLIENT_KEY_EXCHANGE) {
		side->exchanged = true;
	} else if (whole) {
		read_hello(h, m->header[0], body);
		if (h->hello_sink)
			h->hello_sink(h->hello_context, m->header[0], body);
	}
	/* Most connections have no further message in clear. */
	buf_finish(&m->body);
	m->have = 0;
}

/* Reads the four bytes before a message: type and length. */
static size_t read_message_header(struct tls_messages *m, struct span bytes)
{
	size_t count = sizeof m->header - m->have;

	if (count > bytes.length)
		count = bytes.length;
	memcpy(m->header + m->have, bytes.at, count);
	m->have += (unsigned)count;
	if (m->have < sizeof m->header)
		return count;
	m->length = (uint32_t)m->header[1] << 16 | (uint32_t)m->header[2] << 8 | m->header[3];
	m->at = 0;
	buf_clear(&m->body);
	/* A type beyond the known ones means that the content is encrypted. */
	if (m->header[0] > MESSAGE_LAST)
		m->opaque = true;
	return count;
}

static void read_messages(struct tls_handshake *h, struct tls_side *side, struct span bytes)
{
	struct tls_messages *m = &side->messages;

	while (!m->opaque && (bytes.length || m->have == sizeof m->header)) {
		struct span piece;

		if (m->have < sizeof m->header) {
			bytes = span_from(bytes, read_message_header(m, bytes));
			continue;
		}
		piece = span_first(bytes, m->length - m->at);
		if (is_wanted(m))
			buf_append(&m->body, piece);
		m->at += (uint32_t)piece.length;
		bytes = span_from(bytes, piece.length);
		if (m->at < m->length)
			return;
		end_message(h, side);
	}
}

static void change_cipher(const struct tls_handshake *h, struct tls_side *side)
{
	/* TLS 1.3 sends it only for middleboxes; hellos in clear may still follow (RFC 8446 D.4). */
	if (h->server_hello_seen && h->server_hello.version >= TLS_1_3)
		return;
	side->cipher_changed = true;
	side->messages.opaque = true;
}

static void keep_alert(struct tls_handshake *h, struct tls_alert *alert)
{
	alert->seen = true;
	if (h->alert_count < TLS_ALERTS_KEPT)
		h->alerts[h->alert_count++] = *alert;
	if (alert->description == 0)
		h->side[alert->sender].closing = true;
	if (alert->level == 2 && alert->description != 0 && !h->alert.seen)
		h->alert = *alert;
}

/* An alert in clear has two bytes, an encrypted one more. */
static void read_alert(struct tls_handshake *h, struct tls_side *side, const struct tls_record *record,
		       uint32_t at, struct span bytes, bool last)
{
	struct tls_alert *alert = &side->partial;

	if (record->length != 2) {
		side->closing |= last;
		return;
	}
	for (size_t i = 0; i < bytes.length; i++) {
		if (at + i == 0)
			*alert = (struct tls_alert){ .level = bytes.at[i] };
		else
			alert->description = bytes.at[i];
	}
	if (!last || record->cut)
		return;
	alert->sender = h->direction;
	alert->frame = h->frame;
	keep_alert(h, alert);
}

static void note_traffic(struct tls_handshake *h, uint32_t length)
{
	uint32_t overhead;

	/* TLS 1.3: Finished is the client's first, and everything before it belongs to the handshake. */
	if (!h->server_hello_seen || !tls_handshake_complete(h) ||
	    (h->server_hello.version >= TLS_1_3 && h->direction == DIR_CLIENT &&
	     h->side[DIR_CLIENT].application == 1))
		return;
	overhead = tls_traffic_overhead(h->server_hello.version, tls_cipher_name(h->server_hello.suite));
	if (overhead && length >= overhead)
		tls_traffic_note(&h->traffic, h->direction, length - overhead);
}

static void on_piece(void *context, const struct tls_record *record, uint32_t at, struct span bytes, bool last)
{
	struct tls_handshake *h = context;
	struct tls_side *side = &h->side[h->direction];

	if (last)
		side->frame = h->frame;
	switch (record->type) {
	case TLS_CHANGE_CIPHER_SPEC:
		if (last)
			change_cipher(h, side);
		break;
	case TLS_ALERT:
		read_alert(h, side, record, at, bytes, last);
		break;
	case TLS_HANDSHAKE:
		read_messages(h, side, bytes);
		break;
	case TLS_APPLICATION_DATA:
		if (!last)
			break;
		if (!side->application)
			side->application_first = record->length;
		side->application++;
		side->application_last = record->length;
		note_traffic(h, record->length);
		break;
	default:
		break;
	}
}

struct tls_handshake *tls_handshake_create(struct openssl_library *openssl, struct account *account)
{
	struct tls_handshake *h = account_take_zeroed(account, 1, sizeof *h);

	if (!h)
		return NULL;
	h->openssl = openssl;
	h->account = account;
	for (int d = 0; d < 2; d++) {
		buf_init_charged(&h->side[d].messages.body, TLS_CERTIFICATE_KEPT, account);
		h->side[d].reader.sink = (struct tls_record_sink){ .context = h, .piece = on_piece };
	}
	return h;
}

void tls_handshake_destroy(struct tls_handshake *h)
{
	if (!h)
		return;
	for (int d = 0; d < 2; d++)
		buf_finish(&h->side[d].messages.body);
	if (h->certificate)
		tls_certificate_finish(h->certificate);
	account_free(h->account, h->certificate);
	account_free(h->account, h);
}

/* Reads the SSL 2 hello, in which newer versions could be offered (RFC 5246 E.2): length, 1, version. */
static bool read_old_hello(struct tls_handshake *h, struct span bytes)
{
	uint16_t length, version;
	uint8_t type;

	if (!span_get_be16(bytes, 0, &length) || !(length & 0x8000) || !span_get_u8(bytes, 2, &type) ||
	    type != 1 || !span_get_be16(bytes, 3, &version))
		return false;
	h->client_hello_seen = true;
	h->client_hello = (struct tls_client_hello){
		.versions = { version }, .version_count = 1, .ranged = true, .size = length & 0x7fff
	};
	/* The next record begins where the hello ends. */
	tls_reader_push(&h->side[DIR_CLIENT].reader, span_from(bytes, (size_t)(length & 0x7fff) + 2));
	return true;
}

void tls_handshake_push(struct tls_handshake *h, const struct chunk *chunk)
{
	struct tls_side *side = &h->side[chunk->direction];
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	bool first = !side->begun && !side->lost;

	h->direction = chunk->direction;
	h->frame = chunk->frame;
	if (chunk->gap) {
		side->lost = true;
		side->messages.opaque = true;
		tls_reader_gap(&side->reader, chunk->length);
		return;
	}
	if (!bytes.length)
		return;
	side->begun = true;
	h->chunk_end = chunk->offset + chunk->length;
	if (chunk->direction == DIR_CLIENT && !h->client_hello_seen)
		h->hello_segments++;
	if (first && chunk->direction == DIR_CLIENT && read_old_hello(h, bytes))
		return;
	tls_reader_push(&side->reader, bytes);
	side->garbled = side->reader.garbled;
}

void tls_handshake_opened(struct tls_handshake *h, enum direction sender, uint8_t type, struct span body)
{
	if (type == CERTIFICATE && sender == DIR_SERVER && body.length <= TLS_CERTIFICATE_KEPT)
		read_certificate(h, body, true);
	if (type == ENCRYPTED_EXTENSIONS && sender == DIR_SERVER && body.length <= TLS_HELLO_KEPT)
		tls_alpn_read(h->server_hello.alpn, body);
}

void tls_handshake_opened_alert(struct tls_handshake *h, enum direction sender, struct span content,
				const struct frame_ref *frame)
{
	struct tls_alert alert = { .opened = true, .sender = sender, .frame = *frame };

	if (span_get_u8(content, 0, &alert.level) && span_get_u8(content, 1, &alert.description))
		keep_alert(h, &alert);
}

bool tls_handshake_resumed(const struct tls_handshake *h)
{
	const struct tls_side *server = &h->side[DIR_SERVER];

	if (!h->server_hello_seen || h->server_hello.retry)
		return false;
	if (h->server_hello.version >= TLS_1_3)
		return h->server_hello.psk;
	/* The server skips its certificate and changes the cipher first. */
	return server->cipher_changed && !server->hello_done && !server->lost;
}

uint16_t tls_handshake_group(const struct tls_handshake *h)
{
	return h->server_hello_seen && h->server_hello.group && !h->server_hello.retry ? h->server_hello.group
										       : h->exchange_group;
}

bool tls_handshake_client_alerts(const struct tls_handshake *h)
{
	const struct tls_side *client = &h->side[DIR_CLIENT];

	return h->server_hello_seen && h->server_hello.version >= TLS_1_3 && !h->server_hello.retry &&
	       !h->client_hello.early_data && client->application && client->application_first < SHORT_RECORD;
}

bool tls_handshake_complete(const struct tls_handshake *h)
{
	const struct tls_side *client = &h->side[DIR_CLIENT], *server = &h->side[DIR_SERVER];

	if (tls_handshake_client_alerts(h))
		return false;
	if (h->server_hello_seen && h->server_hello.version >= TLS_1_3)
		return client->application > 0;
	return (client->cipher_changed && server->cipher_changed) ||
	       (client->application && server->application);
}

uint64_t tls_handshake_message(const struct tls_handshake *h)
{
	struct tls_traffic traffic = h->traffic;

	if (h->side[DIR_CLIENT].lost || h->side[DIR_SERVER].lost || h->client_hello.early_data)
		return 0;
	tls_traffic_end(&traffic);
	return tls_traffic_message(&traffic);
}

bool tls_handshake_broken_off(const struct tls_handshake *h)
{
	const struct tls_side *client = &h->side[DIR_CLIENT], *server = &h->side[DIR_SERVER];

	return h->client_hello_seen && !client->lost && !client->garbled && !server->lost &&
	       !server->garbled && !tls_handshake_complete(h);
}
