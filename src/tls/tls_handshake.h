/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_handshake: derives what a TLS connection shows without its keys from the chunks of both directions (RFC
 * 8446, RFC 5246). Reads hellos and alerts that are in clear; of encrypted records it uses only type and
 * length.
 */
#ifndef SMTPSCOPE_TLS_HANDSHAKE_H
#define SMTPSCOPE_TLS_HANDSHAKE_H

#include "buf.h"
#include "chunk.h"
#include "tls_certificate.h"
#include "tls_fingerprint.h"
#include "tls_hello.h"
#include "tls_record.h"
#include "tls_traffic.h"

struct openssl_library;

enum {
	TLS_HELLO_KEPT = 16 * 1024, /* larger hellos are not read */
	TLS_ALERTS_KEPT = 8,
};

struct tls_alert {
	bool seen;
	bool opened;	     /* was encrypted, and opened with keys */
	uint8_t level;	     /* 1: warning, 2: fatal */
	uint8_t description; /* see tls_alert_name */
	enum direction sender;
	struct frame_ref frame;
};

/* Splits the handshake messages of one direction (RFC 8446 4). */
struct tls_messages {
	uint8_t header[4];
	unsigned have; /* bytes of the header */
	uint32_t length, at;
	struct buf body; /* of a hello or a Certificate; other messages are skipped */
	bool opaque;	 /* encrypted or out of sync: nothing more is read */
};

/* What one direction has shown. */
struct tls_side {
	bool begun;		    /* a record began */
	bool lost;		    /* bytes are missing: draw no conclusion from what was not seen */
	bool garbled;		    /* the bytes are not TLS */
	bool cipher_changed;	    /* ChangeCipherSpec; has no meaning in TLS 1.3 */
	bool certificate;	    /* a Certificate message in clear (TLS 1.2 and older) */
	bool hello_done;	    /* ServerHelloDone in clear: a full handshake of TLS 1.2 or older */
	bool exchanged;		    /* ClientKeyExchange in clear (TLS 1.2 and older) */
	bool closing;		    /* close_notify in clear, or an encrypted alert */
	uint64_t application;	    /* records of type application data; in TLS 1.3 all encrypted ones */
	uint32_t application_first; /* content length of the first of them */
	uint32_t application_last;  /* and of the last */
	struct tls_alert partial;   /* the alert whose record is incomplete */
	struct frame_ref frame;	    /* the packet that completed the last record */
	struct tls_reader reader;
	struct tls_messages messages;
};

/* Receives each hello, after it was read: its type and its bytes without the message header. */
typedef void tls_hello_sink(void *context, uint8_t type, struct span body);

struct tls_handshake {
	struct openssl_library *openssl; /* NULL: none */
	struct account *account;	 /* charged with it; NULL: none */
	tls_hello_sink *hello_sink;	 /* set by the owner; NULL: not wanted */
	void *hello_context;
	struct tls_side side[2]; /* by enum direction */
	bool client_hello_seen, server_hello_seen;
	struct tls_client_hello client_hello; /* the first one */
	struct tls_fingerprint fingerprint;   /* of the first one */
	unsigned hello_segments;      /* pieces in which the first ClientHello came; most are segments */
	uint64_t hello_end;	      /* offset in the client's stream after the last of them */
	struct frame_ref hello_frame; /* the last of them */
	uint16_t exchange_group;      /* of ServerKeyExchange (RFC 8422 5.4), 0: none */
	/* the last one; a HelloRetryRequest only until the real one arrives */
	struct tls_server_hello server_hello;
	bool retried; /* there was a HelloRetryRequest */
	/* The server's Certificate message, in clear or opened; NULL: none was read. Owned. */
	struct tls_certificate *certificate;
	struct tls_traffic traffic;		  /* of the records after the handshake */
	struct tls_alert alert;			  /* the first fatal one */
	struct tls_alert alerts[TLS_ALERTS_KEPT]; /* all of both sides in order, warnings and close_notify included */
	size_t alert_count;			  /* of them kept */
	enum direction direction;		  /* direction of the current chunk */
	struct frame_ref frame;			  /* packet of the current chunk */
	uint64_t chunk_end;			  /* offset of its end in its direction */
};

/*
 * |openssl|, which must outlive it, is loaded when it is needed; without (NULL, or the library is missing), certificates and
 * fingerprints stay unknown. Returns NULL if memory runs out.
 */
struct tls_handshake *tls_handshake_create(struct openssl_library *openssl, struct account *account);
void tls_handshake_destroy(struct tls_handshake *h);
/* Processes a chunk or gap of either direction. Those of each direction must be in order. */
void tls_handshake_push(struct tls_handshake *h, const struct chunk *chunk);
/*
 * Reads a handshake message that |sender| sent encrypted and that was opened with keys. |body| lacks the header of 4 bytes.
 * Messages other than EncryptedExtensions and Certificate are ignored. May be called while the handshake is pushed to.
 */
void tls_handshake_opened(struct tls_handshake *h, enum direction sender, uint8_t type, struct span body);
/* The same for the content of an alert record; |frame| is its packet. */
void tls_handshake_opened_alert(struct tls_handshake *h, enum direction sender, struct span content,
				const struct frame_ref *frame);

/* Returns whether the server is seen to have resumed an earlier session (RFC 8446 2.2, RFC 5246 7.3, RFC 5077). */
bool tls_handshake_resumed(const struct tls_handshake *h);
/* The group of the key exchange, 0: not seen, or none. */
uint16_t tls_handshake_group(const struct tls_handshake *h);
/* Returns whether both sides are seen to have keys; application data counts as proof. */
bool tls_handshake_complete(const struct tls_handshake *h);
/*
 * TLS 1.3: returns whether the client's first encrypted record is too short to complete the handshake (RFC
 * 8446 4.4.4). Only an alert is that short.
 */
bool tls_handshake_client_alerts(const struct tls_handshake *h);
/*
 * Returns the bytes of the message that the client probably sent, as the sizes of records suggest; 0: nothing can be told. The
 * session has ended.
 */
uint64_t tls_handshake_message(const struct tls_handshake *h);
/* Returns whether the client began a handshake that did not complete, although no byte is missing. */
bool tls_handshake_broken_off(const struct tls_handshake *h);

#endif
