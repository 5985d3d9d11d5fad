/* SPDX-License-Identifier: BSD-2-Clause */
/* lzma_library: the functions of liblzma that decoder_xz.c calls; the library is loaded when a capture needs it. */
#ifndef SMTPSCOPE_LZMA_LIBRARY_H
#define SMTPSCOPE_LZMA_LIBRARY_H

#include <lzma.h>

#include "library.h"

struct lzma_library {
	LIBRARY_POINTER(lzma_stream_decoder);
	LIBRARY_POINTER(lzma_code);
	LIBRARY_POINTER(lzma_end);
};

/* Returns false if the library is not installed or has another interface. */
bool lzma_library_load(struct lzma_library *library);

#endif
