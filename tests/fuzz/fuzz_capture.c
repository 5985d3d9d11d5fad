/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the pcapng reader with any bytes. Checks that nothing is read past the end, that frames lie within
 * their block, and that reading in the smallest pieces gives the same frames as reading all at once.
 */
#include <stdlib.h>

#include "pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A hash of what was read, to compare two readings. */
struct digest {
	uint64_t hash, frames;
	enum pcapng_result last;
};

static void mix(struct digest *d, uint64_t value)
{
	d->hash = (d->hash ^ value) * UINT64_C(0x100000001b3);
}

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void take_secrets(void *context, struct span lines)
{
	struct digest *d = context;

	for (size_t i = 0; i < lines.length; i++)
		mix(d, lines.at[i]);
}

static void take_frame(struct digest *d, const struct frame *f, struct span block)
{
	require(f->ref.number == ++d->frames);
	require(f->ref.digits == 6 || f->ref.digits == 9);
	require(f->ref.time >= -PCAPNG_TIME_LIMIT && f->ref.time <= PCAPNG_TIME_LIMIT);
	require(f->wire_length >= f->bytes.length);
	require(f->bytes.at >= block.at && span_has(block, (size_t)(f->bytes.at - block.at), f->bytes.length));
	mix(d, (uint64_t)f->ref.time);
	mix(d, (uint64_t)f->link_type);
	mix(d, f->wire_length);
	for (size_t i = 0; i < f->bytes.length; i++)
		mix(d, f->bytes.at[i]);
}

static struct digest read_at_once(struct span bytes)
{
	struct digest d = { .last = PCAPNG_SKIP };
	struct pcapng p;

	pcapng_init(&p, take_secrets, &d);
	while (bytes.length) {
		struct frame frame = { 0 };
		size_t count = 0;
		d.last = pcapng_read(&p, bytes, &count, &frame);
		if (d.last == PCAPNG_DAMAGED || d.last == PCAPNG_MORE)
			break;
		require(count >= 12 && count <= bytes.length);
		if (d.last == PCAPNG_PACKET)
			take_frame(&d, &frame, span_first(bytes, count));
		bytes = span_from(bytes, count);
	}
	pcapng_finish(&p);
	return d;
}

static struct digest read_in_pieces(struct span bytes)
{
	struct digest d = { .last = PCAPNG_SKIP };
	struct pcapng p;
	size_t have = 0;

	pcapng_init(&p, take_secrets, &d);
	while (bytes.length) {
		/* Memory of exactly that size, so that the sanitizer detects a read past its end. */
		uint8_t *piece = malloc(have ? have : 1);
		struct frame frame = { 0 };
		size_t count = 0;
		require(piece != NULL);
		memcpy(piece, bytes.at, have);
		d.last = pcapng_read(&p, span_of(piece, have), &count, &frame);
		if (d.last == PCAPNG_PACKET)
			take_frame(&d, &frame, span_of(piece, have));
		free(piece);
		if (d.last == PCAPNG_DAMAGED || (d.last == PCAPNG_MORE && count > bytes.length))
			break;
		if (d.last == PCAPNG_MORE) {
			require(count > have && count <= PCAPNG_BLOCK_LIMIT);
			have = count;
		} else {
			require(count == have);
			bytes = span_from(bytes, count);
			have = 0;
		}
	}
	pcapng_finish(&p);
	return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct digest whole = read_at_once(span_of(bytes, length)),
		      pieces = read_in_pieces(span_of(bytes, length));

	require(whole.hash == pieces.hash && whole.frames == pieces.frames && whole.last == pieces.last);
	return 0;
}
