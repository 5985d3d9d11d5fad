/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_transcript: the hashes of a TLS 1.3 handshake's messages that its key schedule uses (RFC 8446 4.4.1): of ClientHello to
 * ServerHello, and of ClientHello to the server's Finished.
 */
#ifndef SMTPSCOPE_TLS_TRANSCRIPT_H
#define SMTPSCOPE_TLS_TRANSCRIPT_H

#include "buf.h"
#include "tls_cipher.h"
#include "tls_keys.h"

enum { TLS_TRANSCRIPT_KEPT = 64 * 1024 }; /* bytes of hellos */

struct tls_transcript {
	struct buf hellos;     /* with their headers, until the hash is known */
	struct tls_hash *hash; /* of all messages so far; NULL: not begun */
	unsigned digest_length;
	size_t first_length; /* bytes of the first ClientHello, if a HelloRetryRequest follows it; else 0 */
	bool server_hello;   /* the hellos are complete */
	bool finished;	     /* so is the server's Finished */
	bool broken;	     /* a message is missing */
	uint8_t to_server_hello[TLS_HASH_MAX], to_finished[TLS_HASH_MAX];
	uint8_t header[4]; /* of the message that is being read */
	unsigned have;	   /* bytes of |header| */
	uint32_t left;	   /* bytes of its body */
};

/* Its memory is charged to |account|; NULL: none. */
void tls_transcript_init(struct tls_transcript *t, struct account *account);
void tls_transcript_finish(struct tls_transcript *t);
/* Adds a hello in clear: type, body, and whether it is a HelloRetryRequest. */
void tls_transcript_hello(struct tls_transcript *t, uint8_t type, struct span body, bool retry);
/* Begins to hash. Returns false if that is not possible (a hello is missing, or memory runs out). */
bool tls_transcript_begin(struct tls_transcript *t, struct tls_crypto *crypto, enum tls_digest digest);
/* Adds bytes of the server's encrypted messages, in order, until its Finished is complete. */
void tls_transcript_server(struct tls_transcript *t, struct span bytes);

#endif
