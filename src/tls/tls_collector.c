/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_collector.h"

void tls_collector_init(struct tls_collector *c, struct tls_workspace *w)
{
	*c = (struct tls_collector){ .workspace = w };
}

static void drop_body(struct tls_collector *c)
{
	if (!c->body)
		return;
	c->workspace->buffered -= c->length;
	account_free(c->workspace->account, c->body);
	c->body = NULL;
}

void tls_collector_finish(struct tls_collector *c)
{
	drop_body(c);
}

static void begin(struct tls_collector *c)
{
	drop_body(c);
	c->have = 0;
	c->at = c->length = 0;
	c->cut = c->found = false;
}

void tls_collector_search(struct tls_collector *c)
{
	begin(c);
	c->lost = true;
}

/* Skips to what could be the header of encrypted records; the rest if there is none. */
static struct span search(struct span bytes)
{
	while (bytes.length >= TLS_RECORD_HEADER) {
		const uint8_t *at =
		    memchr(bytes.at, TLS_APPLICATION_DATA, bytes.length - TLS_RECORD_HEADER + 1);

		if (!at)
			break;
		bytes = span_from(bytes, (size_t)(at - bytes.at));
		if (bytes.at[1] == 3 && bytes.at[2] <= 3 && (bytes.at[3] || bytes.at[4]) &&
		    tls_record_begins(bytes))
			return bytes;
		bytes = span_from(bytes, 1);
	}
	return span_from(bytes, bytes.length);
}

static void take_header(struct tls_collector *c, const struct chunk *chunk, struct span *bytes)
{
	struct span piece = span_first(*bytes, sizeof c->header - c->have);

	if (c->have == 0) {
		c->first = *chunk;
		c->first.bytes = NULL;
	}
	memcpy(c->header + c->have, piece.at, piece.length);
	c->have += (unsigned)piece.length;
	*bytes = span_from(*bytes, piece.length);
	if (c->have < sizeof c->header)
		return;
	c->length = (uint32_t)c->header[3] << 8 | c->header[4];
	/* The bytes are not TLS, or the place is wrong. */
	if (!tls_record_begins(span_of(c->header, sizeof c->header)))
		tls_collector_search(c);
}

static void keep(struct tls_collector *c, struct span piece)
{
	struct tls_workspace *w = c->workspace;

	if (!c->body && !c->cut && c->length <= TLS_RECORD_MAX && w->buffered + c->length <= w->buffered_most) {
		c->body = account_take(w->account, c->length);
		if (c->body)
			w->buffered += c->length;
	}
	if (!c->body)
		c->cut = true;
	if (!c->cut)
		memcpy(c->body + c->at, piece.at, piece.length);
	c->at += (uint32_t)piece.length;
}

static void give(struct tls_collector *c, const struct chunk *last, uint64_t end, struct span content,
		 struct tls_collected *record)
{
	if (c->cut)
		content = span_text("");
	*record = (struct tls_collected){ .sealed = { .content = content },
					  .length = c->length,
					  .missing = c->cut,
					  .found = c->found,
					  .skipped = c->skipped,
					  .first = &c->first,
					  .last = last,
					  .wire_end = end };
	memcpy(record->sealed.header, c->header, sizeof c->header);
	c->records++;
	/* The body stays until the next record begins. */
	c->have = 0;
	c->at = 0;
	c->cut = c->found = false;
	c->skipped = 0;
}

bool tls_collector_next(struct tls_collector *c, const struct chunk *chunk, struct span *bytes,
			struct tls_collected *record)
{
	struct span piece;

	if (c->have == 0)
		drop_body(c);
	while (bytes->length || (c->have == sizeof c->header && c->length == 0)) {
		if (c->lost) {
			c->skipped += bytes->length;
			*bytes = search(*bytes);
			c->skipped -= bytes->length;
			if (!bytes->length)
				return false;
			begin(c);
			c->lost = false;
			c->found = true;
		}
		if (c->have < sizeof c->header) {
			take_header(c, chunk, bytes);
			continue;
		}
		piece = span_first(*bytes, c->length - c->at);
		*bytes = span_from(*bytes, piece.length);
		/* Content in one piece is not copied. */
		if (piece.length < c->length)
			keep(c, piece);
		else
			c->at += (uint32_t)piece.length;
		if (c->at < c->length)
			return false;
		give(c, chunk, chunk->offset + chunk->length - bytes->length,
		     piece.length == c->length ? piece : span_of(c->body, c->length), record);
		return true;
	}
	return false;
}

bool tls_collector_gap(struct tls_collector *c, const struct chunk *gap, struct tls_collected *record)
{
	if (c->lost)
		return false;
	if (c->have == sizeof c->header && gap->length <= c->length - c->at) {
		c->at += (uint32_t)gap->length;
		c->cut = true;
		drop_body(c);
		if (c->at < c->length)
			return false;
		give(c, gap, gap->offset + gap->length, (struct span){ 0 }, record);
		return true;
	}
	tls_collector_search(c);
	return false;
}
