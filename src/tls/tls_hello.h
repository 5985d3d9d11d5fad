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
	TLS_SUITES_KEPT = 64,
	TLS_GROUPS_KEPT = 32,
	TLS_SNI_SIZE = 256, /* a host name has at most 255 bytes */
	TLS_ALPN_SIZE = 64,
	TLS_HELLO_RANDOM = 32,
	TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304,
};

/* Bytes from the wire, NUL-terminated; names that contain NUL or do not fit are left out. */
struct tls_client_hello {
	/* from supported_versions, or else the single version of the hello */
	uint16_t versions[TLS_VERSIONS_KEPT];
	size_t version_count;
	bool ranged; /* only the highest version is named; older ones may be supported too */
	/* both in the client's order, without random (RFC 8701) and signaling values (RFC 5746 3.3, RFC 7507) */
	uint16_t suites[TLS_SUITES_KEPT];
	size_t cipher_count; /* all of them, also those beyond the limit */
	uint16_t groups[TLS_GROUPS_KEPT];
	size_t group_count; /* of them kept */
	bool post_quantum;  /* a key share for a group with ML-KEM or Kyber, which makes the hello large */
	char sni[TLS_SNI_SIZE];	  /* RFC 6066 3; "": none */
	char alpn[TLS_ALPN_SIZE]; /* RFC 7301: protocols, separated by commas; "": none */
	bool session_id; /* not empty: wants to resume, or only to please middleboxes (RFC 8446 D.4) */
	bool ticket;	 /* RFC 5077: offers a session ticket */
	bool psk;	 /* RFC 8446 4.2.11: offers a pre-shared key, usually to resume */
	bool early_data; /* sends application data immediately (RFC 8446 4.2.10) */
	size_t size;	 /* bytes of the message without its header */
	uint8_t random[TLS_HELLO_RANDOM];
	bool encrypt_then_mac; /* offered (RFC 7366) */
};

struct tls_server_hello {
	uint16_t version; /* the chosen version, from supported_versions if present */
	uint16_t suite;
	uint16_t group; /* of its key share (RFC 8446 4.2.8), 0: none; in a HelloRetryRequest the one it wants */
	bool psk;	/* accepted the client's pre-shared key */
	bool retry;	/* a HelloRetryRequest (RFC 8446 4.1.4) */
	char alpn[TLS_ALPN_SIZE]; /* chosen; TLS 1.3 has it in an encrypted message */
	uint8_t random[TLS_HELLO_RANDOM];
	bool encrypt_then_mac; /* accepted (RFC 7366) */
	bool compressed;       /* a compression method was chosen */
};

/* Each reads the body of the message. Returns false, and leaves |*hello| undefined, if it is malformed. */
bool tls_client_hello_read(struct tls_client_hello *hello, struct span body);
bool tls_server_hello_read(struct tls_server_hello *hello, struct span body);
/* Reads the protocol chosen in an extension block of the server (EncryptedExtensions, RFC 8446 4.3.1) into |alpn|; "": none. */
void tls_alpn_read(char alpn[static TLS_ALPN_SIZE], struct span body);

/* Returns whether |value| is a random value that peers must ignore (RFC 8701). */
bool tls_is_grease(uint16_t value);

#endif
