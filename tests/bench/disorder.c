/* SPDX-License-Identifier: BSD-2-Clause */
#include "disorder.h"

#include <string.h>

static bool happens(struct disorder *d, uint32_t percent)
{
	return percent && rng_between(&d->rng, 0, 99) < percent;
}

/* Is the side that sent this packet one that is not captured? The same for all packets of a connection. */
static bool is_unseen(const struct disorder *d, uint64_t connection, bool from_server)
{
	uint64_t mixed = (connection + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 32;

	return mixed % 100 < d->one_sided && (mixed / 100 % 2 == 1) == from_server;
}

size_t disorder_end(struct disorder *d, FILE *out)
{
	size_t written = d->held_length ? fwrite(d->held, 1, d->held_length, out) : 0;

	d->held_length = 0;
	return written;
}

size_t disorder_write(struct disorder *d, FILE *out, const void *record, size_t length, uint64_t connection,
		      bool from_server)
{
	size_t written = 0;

	if (is_unseen(d, connection, from_server) || happens(d, d->lost))
		return 0;
	if (!d->held_length && happens(d, d->swapped)) {
		memcpy(d->held, record, length);
		d->held_length = length;
		return 0;
	}
	written += fwrite(record, 1, length, out);
	if (happens(d, d->twice))
		written += fwrite(record, 1, length, out);
	return written + disorder_end(d, out);
}
