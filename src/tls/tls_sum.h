/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_sum: digests in hexadecimal, for identifiers; computed by libcrypto. */
#ifndef SMTPSCOPE_TLS_SUM_H
#define SMTPSCOPE_TLS_SUM_H

#include "span.h"

struct openssl_library;

enum tls_sum { TLS_SUM_MD5, TLS_SUM_SHA256 };

/*
 * Writes the first |digits| hexadecimal digits of the digest of |text|, and a NUL. |digits| must be even and at most those of the
 * digest (MD5: 32). |openssl| is loaded. Returns false, and writes "", if the library does not offer the digest.
 */
bool tls_sum_hex(const struct openssl_library *openssl, char *hex, size_t digits, enum tls_sum digest,
		 struct span text);

#endif
