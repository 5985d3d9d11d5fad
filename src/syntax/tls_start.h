/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_start: tests whether bytes begin like TLS, not like text. */
#ifndef SMTPSCOPE_TLS_START_H
#define SMTPSCOPE_TLS_START_H

#include "span.h"

/* Does |bytes| begin with a TLS record (RFC 8446 5.1): a type from 20 to 23, then major version 3 as far as it is there? */
static inline bool tls_starts(struct span bytes)
{
	uint8_t type, major;

	return span_get_u8(bytes, 0, &type) && type >= 0x14 && type <= 0x17 &&
	       (!span_get_u8(bytes, 1, &major) || major == 3);
}

#endif
