/* SPDX-License-Identifier: BSD-2-Clause */
#include "zlib_library.h"

LIBRARY_NOTE(LIBZ_SONAME, "gzip", "Read gzip captures");

bool zlib_library_load(struct zlib_library *library)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct zlib_library, inflateInit2_),
		LIBRARY_FUNCTION(struct zlib_library, inflate),
		LIBRARY_FUNCTION(struct zlib_library, inflateReset),
		LIBRARY_FUNCTION(struct zlib_library, inflateEnd),
		LIBRARY_FUNCTION(struct zlib_library, zError),
	};

	return library_load(library, LIBZ_SONAME, functions, sizeof functions / sizeof *functions);
}
