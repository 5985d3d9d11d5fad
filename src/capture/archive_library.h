/* SPDX-License-Identifier: BSD-2-Clause */
/* archive_library: the functions of libarchive that decoder_archive.c calls; the library is loaded when a capture needs it. */
#ifndef SMTPSCOPE_ARCHIVE_LIBRARY_H
#define SMTPSCOPE_ARCHIVE_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>

#include "library.h"

struct archive_library {
	LIBRARY_POINTER(archive_read_new);
	LIBRARY_POINTER(archive_read_support_filter_zstd);
	LIBRARY_POINTER(archive_read_support_filter_lz4);
	LIBRARY_POINTER(archive_read_support_format_raw);
	LIBRARY_POINTER(archive_read_support_format_empty);
	LIBRARY_POINTER(archive_read_open);
	LIBRARY_POINTER(archive_read_next_header);
	LIBRARY_POINTER(archive_read_data_block);
	LIBRARY_POINTER(archive_read_free);
	LIBRARY_POINTER(archive_error_string);
	LIBRARY_POINTER(archive_set_error);
};

/* Returns false if the library is not installed or has another interface. */
bool archive_library_load(struct archive_library *library);

#endif
