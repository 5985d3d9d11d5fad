/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_handshake: what a TLS connection shows without its keys: chunks of both directions in, facts out (RFC 8446, RFC 5246).
 * Hellos and alerts are read where they travel in clear; of what is encrypted only kind and length of records are known.
 */
#ifndef SMTPSCOPE_TLS_HANDSHAKE_H
#define SMTPSCOPE_TLS_HANDSHAKE_H

#include "buf.h"
#include "chunk.h"
#include "tls_hello.h"
#include "tls_record.h"

enum { TLS_HELLO_KEPT = 16 * 1024 }; /* a larger hello is left unread */

struct tls_alert {
	bool seen;
	uint8_t level;	     /* 1: warning, 2: fatal */
	uint8_t description; /* tls_alert_name has its name */
	enum direction sender;
	struct frame_ref frame;
};

/* Handshake messages of one direction, cut out of its records (RFC 8446 4). */
struct tls_messages {
	uint8_t header[4];
	unsigned have; /* bytes of the header */
	uint32_t length, at;
	struct buf body; /* of a hello; others are passed over */
	bool opaque;	 /* encrypted, or out of step: no more is read */
};

/* What one direction has shown. */
struct tls_side {
	bool begun;		    /* a record began */
	bool lost;		    /* bytes are missing: no conclusion may rest on what was not seen */
	bool garbled;		    /* what came is no TLS */
	bool cipher_changed;	    /* ChangeCipherSpec; of no meaning in TLS 1.3 */
	bool certificate;	    /* a Certificate message in clear (TLS 1.2 and older) */
	bool closing;		    /* close_notify in clear, or an encrypted alert */
	uint64_t application;	    /* records of type application data; in TLS 1.3 all that is encrypted */
	uint32_t application_first; /* content length of the first of them, */
	uint32_t application_last;  /* and of the last */
	struct tls_alert partial;   /* the alert whose record is under way */
	struct frame_ref frame;	    /* the packet that completed the last record */
	struct tls_reader reader;
	struct tls_messages messages;
};

struct tls_handshake {
	struct tls_side side[2]; /* by enum direction */
	bool client_hello_seen, server_hello_seen;
	struct tls_client_hello client_hello; /* the first */
	struct tls_server_hello server_hello; /* the last that is no HelloRetryRequest; until then that */
	struct tls_alert alert;		      /* the first fatal one in clear */
	enum direction direction;	      /* of the chunk at hand, and */
	struct frame_ref frame;		      /* its packet */
};

/* NULL where memory is short. */
struct tls_handshake *tls_handshake_create(void);
void tls_handshake_destroy(struct tls_handshake *h);
/* Bytes or a gap of either direction, in order. */
void tls_handshake_push(struct tls_handshake *h, const struct chunk *chunk);

/* Have both sides proven to have keys, as far as that can be seen? True where application data shows it. */
bool tls_handshake_complete(const struct tls_handshake *h);
/*
 * TLS 1.3: the client's first encrypted record is too short to be the end of its handshake (RFC 8446 4.4.4); only an alert is
 * that short.
 */
bool tls_handshake_client_alerts(const struct tls_handshake *h);
/* The client began, no byte is missing, and the end of the handshake was not among them. */
bool tls_handshake_broken_off(const struct tls_handshake *h);

#endif
