/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_keys: the TLS secrets that were given to the program, found by the connection that they belong to. A connection is named
 * by the random value of its ClientHello, as key logs do, or by a transcript hash, as the key schedule of TLS 1.3 does (RFC
 * 8446 7.1).
 *
 * The store keeps the newest TLS_KEYS_KEPT connections. Their memory is excluded from core dumps, is locked if the limits of
 * the process allow it, and is cleansed when a connection is dropped. No message contains a secret.
 */
#ifndef SMTPSCOPE_TLS_KEYS_H
#define SMTPSCOPE_TLS_KEYS_H

#include "account.h"
#include "span.h"

enum {
	TLS_KEYS_KEPT = 65536,
	TLS_RANDOM_SIZE = 32,
	TLS_HASH_MAX = 48,   /* bytes of a transcript hash: SHA-256 or SHA-384 */
	TLS_SECRET_MAX = 48, /* bytes of a secret */
};

enum tls_secret_kind {
	TLS_SECRET_MASTER,	       /* TLS 1.2 and older (RFC 5246 8.1): 48 bytes */
	TLS_SECRET_HANDSHAKE,	       /* TLS 1.3: "Handshake Secret", the parent of the next two */
	TLS_SECRET_CLIENT_HANDSHAKE,   /* client_handshake_traffic_secret */
	TLS_SECRET_SERVER_HANDSHAKE,   /* server_handshake_traffic_secret */
	TLS_SECRET_CLIENT_APPLICATION, /* client_application_traffic_secret_0 */
	TLS_SECRET_SERVER_APPLICATION, /* server_application_traffic_secret_0 */
	TLS_SECRET_CLIENT_EARLY,       /* client_early_traffic_secret */
	TLS_SECRET_KINDS
};

enum tls_key_name {
	TLS_NAME_RANDOM, /* the random value of the first ClientHello: TLS_RANDOM_SIZE bytes */
	/*
	 * A hash of the handshake's messages, 32 or 48 bytes: of ClientHello to ServerHello for the handshake secrets, of
	 * ClientHello to the server's Finished for the application secrets.
	 */
	TLS_NAME_TRANSCRIPT,
};

struct tls_key_id {
	enum tls_key_name name;
	uint8_t length; /* of |bytes| */
	uint8_t bytes[TLS_HASH_MAX];
};

struct tls_secret {
	uint8_t length; /* 0: not known */
	uint8_t bytes[TLS_SECRET_MAX];
};

/* What is known of one connection. */
struct tls_key_entry {
	struct tls_key_id id;
	bool claimed; /* records were opened with it */
	struct tls_secret secret[TLS_SECRET_KINDS];
};

struct tls_keys;

/* A store of at most |most| connections; 0: TLS_KEYS_KEPT. |hash_secret| keys its table (map.h). Returns NULL if memory runs out. */
struct tls_keys *tls_keys_create(size_t most, const uint64_t hash_secret[static 2]);
/* The same, charged to |account|, which must outlive it, and within an eighth of its limit. */
struct tls_keys *tls_keys_create_charged(size_t most, const uint64_t hash_secret[static 2],
					 struct account *account);
/* Cleanses and frees all. */
void tls_keys_destroy(struct tls_keys *k);

/* Returns the name of a connection. False if |bytes| cannot be one of this kind. */
bool tls_key_id_make(struct tls_key_id *id, enum tls_key_name name, struct span bytes);
/*
 * Adds a secret of the connection |id|, or replaces it; copies both. The connection becomes the newest, and the oldest is
 * dropped if there are too many. Returns false if the length of |secret| does not fit |kind|, or memory runs out.
 */
bool tls_keys_add(struct tls_keys *k, const struct tls_key_id *id, enum tls_secret_kind kind,
		  struct span secret);
/* Returns the secrets of |id|, or NULL. Valid until the next tls_keys_add. */
const struct tls_key_entry *tls_keys_find(const struct tls_keys *k, const struct tls_key_id *id);
/* Records that records of |id| were opened. */
void tls_keys_claim(struct tls_keys *k, const struct tls_key_id *id);
/*
 * Walks the connections that nobody claimed, newest first. |before| is NULL at first, then what was returned last; NULL at the
 * end. Nothing may be added meanwhile.
 */
const struct tls_key_entry *tls_keys_unclaimed(const struct tls_keys *k, const struct tls_key_entry *before);
/* Secrets added so far. It grows if a search that failed may now succeed. */
uint64_t tls_keys_added(const struct tls_keys *k);
/* Connections that were claimed so far, dropped ones included. */
uint64_t tls_keys_claimed(const struct tls_keys *k);
/* Connections in the store. */
size_t tls_keys_count(const struct tls_keys *k);

#endif
