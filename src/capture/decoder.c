/* SPDX-License-Identifier: BSD-2-Clause */
#include "decoder.h"

const struct decoder_kind *decoder_find(struct span head)
{
	static const struct decoder_kind *const kinds[] = { &decoder_gzip, &decoder_zstd, &decoder_xz,
							    &decoder_lz4 };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct decoder_kind *kind = kinds[i];
		if (span_has(head, 0, kind->magic_length) &&
		    memcmp(head.at, kind->magic, kind->magic_length) == 0)
			return kind;
	}
	return NULL;
}
