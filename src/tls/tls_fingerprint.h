/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_fingerprint: identifiers of a client program, derived from its ClientHello: JA3 (the MD5 of five lists) and JA4 of FoxIO (what
 * the hello offers, and two SHA-256 digests of sorted lists). The same program with the same settings has the same values.
 */
#ifndef SMTPSCOPE_TLS_FINGERPRINT_H
#define SMTPSCOPE_TLS_FINGERPRINT_H

#include "span.h"

struct openssl_library;

enum { TLS_JA3_SIZE = 33, TLS_JA4_SIZE = 37 };

struct tls_fingerprint {
	char ja3[TLS_JA3_SIZE]; /* "": could not be computed */
	char ja4[TLS_JA4_SIZE];
};

/* |body| is a ClientHello that tls_client_hello_read accepts. |openssl| is loaded. */
void tls_fingerprint_compute(const struct openssl_library *openssl, struct tls_fingerprint *f,
			     struct span body);

#endif
