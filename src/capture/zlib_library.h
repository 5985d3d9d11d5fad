/* SPDX-License-Identifier: BSD-2-Clause */
/* zlib_library: the functions of zlib that decoder_gzip.c calls; the library is loaded when a capture needs it. */
#ifndef SMTPSCOPE_ZLIB_LIBRARY_H
#define SMTPSCOPE_ZLIB_LIBRARY_H

#define ZLIB_CONST /* makes zlib declare its input const */
#include <zlib.h>

#include "library.h"

struct zlib_library {
	LIBRARY_POINTER(inflateInit2_);
	LIBRARY_POINTER(inflate);
	LIBRARY_POINTER(inflateReset);
	LIBRARY_POINTER(inflateEnd);
	LIBRARY_POINTER(zError);
};

/* Returns false if the library is not installed or has another interface. */
bool zlib_library_load(struct zlib_library *library);

#endif
