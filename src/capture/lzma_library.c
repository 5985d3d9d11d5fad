/* SPDX-License-Identifier: BSD-2-Clause */
#include "lzma_library.h"

LIBRARY_NOTE(LIBLZMA_SONAME, "xz", "Read xz captures");

bool lzma_library_load(struct lzma_library *library)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct lzma_library, lzma_stream_decoder),
		LIBRARY_FUNCTION(struct lzma_library, lzma_code),
		LIBRARY_FUNCTION(struct lzma_library, lzma_end),
	};

	return library_load(library, LIBLZMA_SONAME, functions, sizeof functions / sizeof *functions);
}
