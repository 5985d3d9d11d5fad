/* SPDX-License-Identifier: BSD-2-Clause */
#include "archive_library.h"

LIBRARY_NOTE(LIBARCHIVE_SONAME, "archive", "Read zstd and lz4 captures");

bool archive_library_load(struct archive_library *library)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct archive_library, archive_read_new),
		LIBRARY_FUNCTION(struct archive_library, archive_read_support_filter_zstd),
		LIBRARY_FUNCTION(struct archive_library, archive_read_support_filter_lz4),
		LIBRARY_FUNCTION(struct archive_library, archive_read_support_format_raw),
		LIBRARY_FUNCTION(struct archive_library, archive_read_support_format_empty),
		LIBRARY_FUNCTION(struct archive_library, archive_read_open),
		LIBRARY_FUNCTION(struct archive_library, archive_read_next_header),
		LIBRARY_FUNCTION(struct archive_library, archive_read_data_block),
		LIBRARY_FUNCTION(struct archive_library, archive_read_free),
		LIBRARY_FUNCTION(struct archive_library, archive_error_string),
		LIBRARY_FUNCTION(struct archive_library, archive_set_error),
	};

	return library_load(library, LIBARCHIVE_SONAME, functions, sizeof functions / sizeof *functions);
}
