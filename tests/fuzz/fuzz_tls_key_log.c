/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzzes the reader of key logs. Input: a byte that says how large the pieces are, and the log. */
#include "tls_key_log.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_in_pieces(struct tls_key_log *log, struct span text, size_t piece)
{
	for (; text.length; text = span_from(text, piece))
		tls_key_log_push(log, span_first(text, piece));
	tls_key_log_end(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint64_t secret[2] = { 1, 2 };
	struct tls_keys *one = tls_keys_create(8, secret), *other = tls_keys_create(8, secret);
	struct tls_key_log whole, pieces;
	struct span text = span_from(span_of(data, size), 1);

	if (!one || !other || !size)
		goto end;
	tls_key_log_begin(&whole, one);
	tls_key_log_begin(&pieces, other);
	read_in_pieces(&whole, text, SIZE_MAX / 2);
	read_in_pieces(&pieces, text, (size_t)data[0] + 1);
	if (whole.lines != pieces.lines || whole.secrets != pieces.secrets || whole.unknown != pieces.unknown ||
	    whole.malformed != pieces.malformed || whole.first_malformed != pieces.first_malformed)
		abort();
	if (whole.secrets + whole.unknown + whole.malformed > whole.lines ||
	    whole.secrets != tls_keys_added(one) || tls_keys_count(one) > 8 ||
	    tls_keys_count(one) != tls_keys_count(other))
		abort();
	/* Nothing of the last line stays behind. */
	for (size_t i = 0; i < sizeof whole.line; i++)
		if (whole.line[i])
			abort();
end:
	tls_keys_destroy(one);
	tls_keys_destroy(other);
	return 0;
}
