/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_opener.h"

#include "tls_search.h"

#include <stdlib.h>

enum message { ENCRYPTED_EXTENSIONS = 8, CERTIFICATE = 11, FINISHED = 20, KEY_UPDATE = 24 };
/* Bytes that a lost record had at least (header, type and tag), and at most in most programs (16 KiB of text). */
enum { SMALLEST_RECORD = 22, LARGEST_RECORD = 16384 + 256 };

static const uint64_t SLACK_MAX = TLS_TRIES_GAP;

static bool is_13(const struct tls_opener *o)
{
	return o->version >= TLS_1_3;
}

static bool is_supported(const struct tls_server_hello *hello, struct tls_suite *suite)
{
	return hello->version >= 0x0301 && hello->version <= TLS_1_3 && !hello->compressed &&
	       tls_suite_find(hello->suite, suite);
}

/* Takes version and suite from the ServerHello. */
static void learn(struct tls_opener *o)
{
	const struct tls_server_hello *hello = &o->handshake->server_hello;

	if (o->version || !o->handshake->server_hello_seen || hello->retry)
		return;
	o->version = hello->version;
	o->encrypt_then_mac = hello->encrypt_then_mac && hello->version < TLS_1_3;
	o->unsupported = !is_supported(hello, &o->suite);
}

static void on_hello(void *context, uint8_t type, struct span body)
{
	struct tls_opener *o = context;
	const struct tls_handshake *h = o->handshake;

	tls_transcript_hello(&o->transcript, type, body, h->server_hello_seen && h->server_hello.retry);
	learn(o);
}

struct tls_opener *tls_opener_create(struct tls_workspace *workspace, struct tls_handshake *handshake,
				     tls_opened_sink *sink, void *context)
{
	struct tls_opener *o = account_take_zeroed(workspace->account, 1, sizeof *o);

	if (!o)
		return NULL;
	o->workspace = workspace;
	o->handshake = handshake;
	o->sink = sink;
	o->context = context;
	o->guesses_left = TLS_GUESSES;
	handshake->hello_sink = on_hello;
	handshake->hello_context = o;
	tls_transcript_init(&o->transcript, workspace->account);
	for (int d = 0; d < 2; d++) {
		tls_collector_init(&o->side[d].collector, workspace);
		o->side[d].tries_left = TLS_TRIES_GAP;
		buf_init(&o->side[d].body, TLS_CERTIFICATE_KEPT);
	}
	return o;
}

void tls_opener_destroy(struct tls_opener *o)
{
	struct account *account = o ? o->workspace->account : NULL;

	if (!o)
		return;
	o->handshake->hello_sink = NULL;
	tls_transcript_finish(&o->transcript);
	for (int d = 0; d < 2; d++) {
		tls_collector_finish(&o->side[d].collector);
		tls_protection_end(&o->side[d].protection);
		buf_finish(&o->side[d].body);
	}
	explicit_bzero(o, sizeof *o);
	account_free(account, o);
}

static void emit_gap(struct tls_opener *o, enum direction d, uint64_t length, bool inexact,
		     const struct chunk *first, const struct chunk *last, uint64_t wire_end)
{
	const struct tls_opened opened = { .direction = d,
					   .type = TLS_APPLICATION_DATA,
					   .gap = true,
					   .inexact = inexact,
					   .length = length ? length : 1,
					   .first = first,
					   .last = last,
					   .wire_end = wire_end };

	o->sink(o->context, &opened);
}

/*
 * Text may be missing. The sink is told at once: a reply to a lost command may come before the next record of this side. Until
 * the first record is opened, nothing is read, and the loss is told then (tell_losses).
 */
static void lose_text(struct tls_opener *o, enum direction d, uint64_t length, bool inexact,
		      const struct chunk *at, uint64_t wire_end)
{
	struct tls_opener_side *side = &o->side[d];

	if (!o->opened) {
		side->lost_before += length ? length : 1;
		return;
	}
	emit_gap(o, d, length, inexact, at, at, wire_end);
}

/* ---- handshake messages inside ---- */

static void end_message(struct tls_opener *o, enum direction d)
{
	struct tls_opener_side *side = &o->side[d];

	if (side->wanted)
		tls_handshake_opened(o->handshake, d, side->message[0], buf_span(&side->body));
	buf_finish(&side->body);
	side->wanted = false;
	if (side->message[0] == FINISHED && side->stage == TLS_STAGE_HANDSHAKE)
		tls_search_stage(side, TLS_STAGE_APPLICATION);
	else if (side->message[0] == KEY_UPDATE && side->stage == TLS_STAGE_APPLICATION)
		tls_search_update(o, side);
}

/* The server's messages about itself, which TLS 1.2 has in clear. */
static bool is_wanted(const struct tls_opener_side *side, enum direction d)
{
	return d == DIR_SERVER && side->stage == TLS_STAGE_HANDSHAKE && side->left <= TLS_CERTIFICATE_KEPT &&
	       (side->message[0] == ENCRYPTED_EXTENSIONS || side->message[0] == CERTIFICATE);
}

/* Follows the messages of TLS 1.3 that change keys, and collects those that the handshake reads. */
static void read_messages(struct tls_opener *o, enum direction d, struct span bytes)
{
	struct tls_opener_side *side = &o->side[d];

	while (bytes.length) {
		size_t wanted =
		    side->have < sizeof side->message ? sizeof side->message - side->have : side->left;
		struct span piece = span_first(bytes, wanted);

		bytes = span_from(bytes, piece.length);
		if (side->have < sizeof side->message) {
			memcpy(side->message + side->have, piece.at, piece.length);
			side->have += (unsigned)piece.length;
			if (side->have < sizeof side->message)
				return;
			side->left = (uint32_t)side->message[1] << 16 | (uint32_t)side->message[2] << 8 |
				     side->message[3];
			buf_clear(&side->body);
			side->wanted = is_wanted(side, d);
		} else {
			side->left -= (uint32_t)piece.length;
			if (side->wanted)
				buf_append(&side->body, piece);
		}
		if (side->left)
			continue;
		side->have = 0;
		end_message(o, d);
	}
}

/* ---- records ---- */

static void give(struct tls_opener *o, enum direction d, const struct tls_collected *r,
		 const struct tls_plain *plain)
{
	struct tls_opener_side *side = &o->side[d];
	struct tls_opened opened = { .direction = d,
				     .type = plain->type,
				     .bytes = plain->bytes,
				     .length = plain->bytes.length,
				     .first = r->first,
				     .last = r->last,
				     .wire_end = r->wire_end };

	if (plain->type == TLS_ALERT)
		tls_handshake_opened_alert(o->handshake, d, plain->bytes, &r->last->frame);
	o->sink(o->context, &opened);
	if (plain->type != TLS_HANDSHAKE || !is_13(o))
		return;
	if (d == DIR_SERVER && side->stage == TLS_STAGE_HANDSHAKE)
		tls_transcript_server(&o->transcript, plain->bytes);
	read_messages(o, d, plain->bytes);
}

/* Was the record that has been opened the first one of its stage? Then only the handshake came before. */
static bool is_first(const struct tls_opener *o, const struct tls_opener_side *side)
{
	return side->stage == TLS_STAGE_HANDSHAKE || side->sequence <= (is_13(o) ? 1 : 2);
}

/* The first record of the connection was opened, on side |d|: what was lost before may have been text. */
static void tell_losses(struct tls_opener *o, enum direction d, const struct tls_collected *r)
{
	bool first = is_first(o, &o->side[d]);
	/* With the secrets of the handshake its records would have been opened: the secrets came late. */
	bool late = is_13(o) && tls_search_has_handshake_keys(o);

	for (int i = DIR_CLIENT; i <= DIR_SERVER; i++) {
		struct tls_opener_side *side = &o->side[i];
		uint64_t lost = side->lost_before;

		if (i == (int)d ? !first : late) {
			lost += side->closed;
			side->closed = 0;
		}
		if (lost && (i != (int)d || !first))
			emit_gap(o, (enum direction)i, lost, true, r->first, r->first, 0);
	}
}

static void on_opened(struct tls_opener *o, enum direction d, const struct tls_collected *r,
		      const struct tls_plain *plain)
{
	struct tls_opener_side *side = &o->side[d];

	if (side->slack) {
		side->have = 0;
		side->left = 0;
	}
	side->slack = side->unopened = 0;
	side->tries_left = TLS_TRIES_GAP;
	if (!o->opened) {
		o->opened = true;
		tell_losses(o, d, r);
	} else if (!side->opened && side->closed && !is_first(o, side)) {
		emit_gap(o, d, side->closed, true, r->first, r->first, 0);
	}
	side->opened = true;
	/* TLS 1.2: a second ChangeCipherSpec begins a renegotiation. */
	if (plain->type == TLS_CHANGE_CIPHER_SPEC && !is_13(o))
		side->dead = o->unsupported = true;
	give(o, d, r, plain);
}

/* |records| may be missing: the next one has a sequence number that is larger by as many at most. */
static void add_slack(struct tls_opener_side *side, uint64_t records)
{
	side->slack = side->slack + records < SLACK_MAX ? side->slack + records : SLACK_MAX;
}

/* The record could not be opened, or its content is missing. */
static void pass_over(struct tls_opener *o, enum direction d, const struct tls_collected *r)
{
	struct tls_opener_side *side = &o->side[d];
	uint64_t length;
	bool exact;

	tls_search_load(o, d);
	length = tls_protection_text_length(&side->protection, r->length, &exact);
	tls_protection_pass(&side->protection, r->sealed.content);
	add_slack(side, 1);
	if (r->sealed.header[0] != TLS_APPLICATION_DATA)
		return;
	if (!r->missing && !r->found)
		side->unopened++;
	/* Most likely of the handshake, whose secrets are not known. The number of the first record that is opened will tell. */
	if (side->stage == TLS_STAGE_HANDSHAKE && !side->protection.unlock && !side->opened) {
		side->closed += length;
		return;
	}
	lose_text(o, d, length, !exact || !side->protection.unlock, r->last, r->wire_end);
}

static bool is_protected(const struct tls_opener *o, const struct tls_opener_side *side,
			 const struct tls_collected *r)
{
	uint8_t type = r->sealed.header[0];

	if (side->stage != TLS_STAGE_CLEAR)
		return !is_13(o) || type == TLS_APPLICATION_DATA;
	if (type == TLS_APPLICATION_DATA)
		return true;
	/* After a loss, the ChangeCipherSpec may have been in it. */
	return o->version && !is_13(o) && side->slack && type != TLS_CHANGE_CIPHER_SPEC;
}

static void on_record(struct tls_opener *o, enum direction d, const struct tls_collected *r)
{
	struct tls_opener_side *side = &o->side[d];
	struct tls_plain plain;

	if (r->skipped)
		add_slack(side, r->skipped / SMALLEST_RECORD + 1);
	if (!is_protected(o, side, r)) {
		if (o->version && !is_13(o) && r->sealed.header[0] == TLS_CHANGE_CIPHER_SPEC)
			tls_search_stage(side, TLS_STAGE_APPLICATION);
		return;
	}
	if (is_13(o) && side->stage == TLS_STAGE_CLEAR)
		tls_search_stage(side, TLS_STAGE_HANDSHAKE);
	if (!r->missing && !side->dead && !o->unsupported && tls_search_open(o, d, r, &plain)) {
		on_opened(o, d, r, &plain);
		return;
	}
	/* What looked like a record may be parts of several. */
	if (r->found) {
		tls_collector_search(&side->collector);
		add_slack(side, r->length / SMALLEST_RECORD);
	}
	pass_over(o, d, r);
}

/* The text in |length| bytes of records as large as they can be. */
static uint64_t text_estimate(const struct tls_opener_side *side, uint64_t length)
{
	uint64_t records = length / LARGEST_RECORD + 1, each = length / records;
	bool exact;

	return records * tls_protection_text_length(&side->protection,
						    each > TLS_RECORD_HEADER ? each - TLS_RECORD_HEADER : 0,
						    &exact);
}

static void on_gap(struct tls_opener *o, const struct chunk *gap)
{
	struct tls_opener_side *side = &o->side[gap->direction];
	uint64_t records = gap->length / SMALLEST_RECORD + 2;
	struct tls_collected record;
	bool lost;

	if (tls_collector_gap(&side->collector, gap, &record)) {
		on_record(o, gap->direction, &record);
		return;
	}
	lost = side->collector.lost;
	if (!lost)
		return;
	add_slack(side, records);
	side->tries_left = TLS_TRIES_GAP;
	side->dead = false;
	tls_protection_pass(&side->protection, (struct span){ 0 });
	lose_text(o, gap->direction, text_estimate(side, gap->length), true, gap, gap->offset + gap->length);
}

void tls_opener_push(struct tls_opener *o, const struct chunk *chunk)
{
	struct tls_opener_side *side = &o->side[chunk->direction];
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);
	struct tls_collected record;

	learn(o);
	if (chunk->gap) {
		on_gap(o, chunk);
		return;
	}
	while (tls_collector_next(&side->collector, chunk, &bytes, &record))
		on_record(o, chunk->direction, &record);
}

bool tls_opener_lacks_keys(struct tls_opener *o)
{
	if (!o->version || o->unsupported || o->opened)
		return false;
	return !tls_search_has_keys(o);
}

bool tls_opener_opened(const struct tls_opener *o)
{
	return o->opened;
}

enum tls_sealed_by tls_sealed_without_keys(const struct tls_handshake *h)
{
	struct tls_suite suite;

	if (!tls_handshake_complete(h))
		return TLS_OPENED;
	if (h->server_hello_seen && !h->server_hello.retry && !is_supported(&h->server_hello, &suite))
		return TLS_SEALED_SUITE;
	return h->client_hello_seen ? TLS_SEALED_NO_KEY : TLS_SEALED_MIDSTREAM;
}

enum tls_sealed_by tls_opener_sealed(const struct tls_opener *o)
{
	if (o->unsupported)
		return TLS_SEALED_SUITE;
	if (o->opened) {
		for (int d = 0; d < 2; d++)
			if (o->side[d].dead || o->side[d].unopened)
				return o->side[d].opened || o->refused ? TLS_SEALED_PLACE : TLS_SEALED_LATE_KEY;
		return TLS_OPENED;
	}
	if (!o->handshake->client_hello_seen)
		return TLS_SEALED_MIDSTREAM;
	if (!o->id_known)
		return TLS_SEALED_NO_KEY;
	if (o->side[DIR_CLIENT].unopened || o->side[DIR_SERVER].unopened)
		return o->refused ? TLS_SEALED_WRONG_KEY : TLS_SEALED_LATE_KEY;
	return TLS_OPENED;
}
