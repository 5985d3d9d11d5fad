/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer_encoding: decodes the bodies of MIME parts (RFC 2045 6) and encoded words (RFC 2047), as far as texts about mail need it.
 * Tolerant: what is not valid is skipped or kept as it is.
 */
#ifndef SMTPSCOPE_TRANSFER_ENCODING_H
#define SMTPSCOPE_TRANSFER_ENCODING_H

#include "buf.h"

enum transfer_encoding { ENCODING_NONE, ENCODING_QUOTED_PRINTABLE, ENCODING_BASE64 };

/* Character sets that are converted to UTF-8; the bytes of all others are kept. */
enum charset { CHARSET_UTF8, CHARSET_WINDOWS_1252 };

/* The bits of base64 that do not fill a byte yet. */
struct base64_rest {
	uint32_t bits;
	unsigned count;
};

/* Returns the encoding or character set of that name. Names are compared regardless of letter case. */
enum transfer_encoding transfer_encoding_find(struct span name);
enum charset charset_find(struct span name);

/* Appends the bytes that |text| stands for. |rest| continues from the text before. */
void base64_decode(struct base64_rest *rest, struct span text, struct buf *out);
/* Appends one line without its line end. Returns false if the next line continues it. */
bool quoted_printable_decode(struct span line, struct buf *out);
/* Appends |text| in UTF-8. */
void charset_decode(enum charset charset, struct span text, struct buf *out);
/* Appends |text| with its encoded words decoded. */
void encoded_words_decode(struct span text, struct buf *out);

#endif
