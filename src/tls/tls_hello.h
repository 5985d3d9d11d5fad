/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_hello: the contents of ClientHello and ServerHello (RFC 8446 4.1.2, 4.1.3; RFC 5246 7.4.1), as plain
 * values.
 */
#ifndef SMTPSCOPE_TLS_HELLO_H
#define SMTPSCOPE_TLS_HELLO_H

#include "span.h"

enum {
	TLS_VERSIONS_KEPT = 8,
	TLS_SNI_SIZE = 256, /* a host name has at most 255 bytes */
	TLS_HELLO_RANDOM = 32,
	TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304,
};

struct tls_client_hello {
	/* from supported_versions, or else the single version of the hello */
	uint16_t versions[TLS_VERSIONS_KEPT];
	size_t version_count;
	bool ranged;		/* only the highest version is named; older ones may be supported too */
	size_t cipher_count;	/* without signaling values (RFC 8701, RFC 5746 3.3, RFC 7507) */
	char sni[TLS_SNI_SIZE]; /* RFC 6066 3; bytes from the wire, NUL-terminated; "": none */
	bool early_data;	/* sends application data immediately (RFC 8446 4.2.10) */
	size_t size;		/* bytes of the message without its header */
	uint8_t random[TLS_HELLO_RANDOM];
	bool encrypt_then_mac; /* offered (RFC 7366) */
};

struct tls_server_hello {
	uint16_t version; /* the chosen version, from supported_versions if present */
	uint16_t suite;
	bool retry; /* a HelloRetryRequest (RFC 8446 4.1.4) */
	uint8_t random[TLS_HELLO_RANDOM];
	bool encrypt_then_mac; /* accepted (RFC 7366) */
	bool compressed;       /* a compression method was chosen */
};

/* Each reads the body of the message. Returns false, and leaves |*hello| undefined, if it is malformed. */
bool tls_client_hello_read(struct tls_client_hello *hello, struct span body);
bool tls_server_hello_read(struct tls_server_hello *hello, struct span body);

#endif
