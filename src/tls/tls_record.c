/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_record.h"

enum { LENGTH_MAX = 16384 + 2048 }; /* of an encrypted record (RFC 5246 6.2.3); TLS 1.3 allows less */

bool tls_record_begins(struct span bytes)
{
	uint8_t type, major, minor;
	uint16_t length;

	if (!span_get_u8(bytes, 0, &type))
		return true;
	if (type < TLS_CHANGE_CIPHER_SPEC || type > 24)
		return false;
	if (span_get_u8(bytes, 1, &major) && major != 3)
		return false;
	if (span_get_u8(bytes, 2, &minor) && minor > 4)
		return false;
	return !span_get_be16(bytes, 3, &length) || length <= LENGTH_MAX;
}

static void end_record(struct tls_reader *r)
{
	r->open = false;
	r->have = 0;
}

/* Called when the header is complete. */
static void begin_record(struct tls_reader *r)
{
	struct span header = span_of(r->header, sizeof r->header);
	uint16_t length = 0;

	if (!tls_record_begins(header)) {
		r->garbled = true;
		return;
	}
	r->record = (struct tls_record){ .type = r->header[0] };
	span_get_be16(header, 1, &r->record.version);
	span_get_be16(header, 3, &length);
	r->record.length = length;
	r->open = true;
	r->at = 0;
	r->records++;
	if (length == 0) {
		r->sink.piece(r->sink.context, &r->record, 0, (struct span){ 0 }, true);
		end_record(r);
	}
}

static size_t read_header(struct tls_reader *r, struct span bytes)
{
	size_t count = sizeof r->header - r->have;

	if (count > bytes.length)
		count = bytes.length;
	memcpy(r->header + r->have, bytes.at, count);
	r->have += (unsigned)count;
	if (r->have == sizeof r->header)
		begin_record(r);
	return count;
}

static size_t read_content(struct tls_reader *r, struct span bytes)
{
	struct span piece = span_first(bytes, r->record.length - r->at);
	uint32_t at = r->at;
	bool last;

	r->at += (uint32_t)piece.length;
	last = r->at == r->record.length;
	r->sink.piece(r->sink.context, &r->record, at, piece, last);
	if (last)
		end_record(r);
	return piece.length;
}

void tls_reader_push(struct tls_reader *r, struct span bytes)
{
	if (r->lost) {
		/* The next record boundary is unknown, but most segments begin with a record. */
		if (bytes.length < TLS_RECORD_HEADER || !tls_record_begins(bytes))
			return;
		r->lost = false;
	}
	while (bytes.length && !r->garbled)
		bytes = span_from(bytes, r->open ? read_content(r, bytes) : read_header(r, bytes));
}

void tls_reader_gap(struct tls_reader *r, uint64_t length)
{
	if (r->open && length < r->record.length - r->at) {
		r->at += (uint32_t)length;
		r->record.cut = true;
		return;
	}
	/*
	 * A gap up to exactly the end of the record keeps the reader in sync, but the end of the record is
	 * not reported.
	 */
	r->lost = !r->open || length > r->record.length - r->at;
	r->garbled = false;
	end_record(r);
}
