/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_opened: what an opener of TLS records passes on. */
#ifndef SMTPSCOPE_TLS_OPENED_H
#define SMTPSCOPE_TLS_OPENED_H

#include "chunk.h"
#include "span.h"

/* A record that was opened, or a loss. */
struct tls_opened {
	enum direction direction;
	uint8_t type; /* of enum tls_content; TLS_APPLICATION_DATA for a loss */
	bool gap;     /* text is missing: about |length| bytes */
	bool inexact; /* |length| is an estimate */
	struct span bytes;
	uint64_t length;
	const struct chunk *first, *last; /* the chunks with its first and last byte; their bytes may be gone */
	uint64_t wire_end;		  /* stream offset behind it; 0: all bytes of this direction so far */
};

/* Everything in |opened| is valid during the call only. */
typedef void tls_opened_sink(void *context, const struct tls_opened *opened);

#endif
