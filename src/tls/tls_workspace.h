/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_workspace: what all connections share that open TLS records: keys, algorithms, a buffer for opened text, and the limits
 * for memory and for attempts.
 */
#ifndef SMTPSCOPE_TLS_WORKSPACE_H
#define SMTPSCOPE_TLS_WORKSPACE_H

#include "account.h"
#include "tls_keys.h"
#include "tls_protection.h"
#include "tstamp.h"

enum {
	TLS_BUFFERED_SUM =
	    64 * 1024 * 1024, /* bytes of unfinished records and of chunks held for their keys, of all sessions */
	TLS_HELD = 64 * 1024,	   /* bytes of a connection held for its keys */
	TLS_MISSED_KEPT = 4096,	   /* connections remembered that were read without their keys */
	TLS_TRIES_SECOND = 500000, /* attempts to find the place of a record, in a second of packet time */
};

struct openssl_library;

#define TLS_HELD_TIME (2 * TSTAMP_SECOND) /* packet time that they are held */

/*
 * A secret of the connection with the client random |random| opened a record: called once for each secret. It is valid during
 * the call only.
 */
typedef void tls_secret_sink(void *context, const uint8_t random[static TLS_RANDOM_SIZE],
			     enum tls_secret_kind kind, const struct tls_secret *secret);

struct tls_workspace {
	struct tls_keys *keys;
	struct account *account; /* charged with what is kept of connections; NULL: none */
	size_t buffered_most;	 /* TLS_BUFFERED_SUM, or less if the account is small */
	/* Keys may come after the records that they open. */
	bool keys_may_come;
	tls_secret_sink *used; /* NULL: not wanted */
	void *used_context;
	struct openssl_library *openssl; /* owned; loaded when needed, also for the facts of handshakes */
	struct tls_crypto *crypto;	 /* NULL: not created yet */
	bool no_crypto;			 /* libcrypto failed */
	size_t buffered;
	uint8_t (*missed)[TLS_RANDOM_SIZE]; /* client randoms of connections that stayed closed; NULL: none yet */
	uint64_t missed_count;		    /* of all; the newest TLS_MISSED_KEPT are kept */
	int64_t second;			    /* of packet time */
	unsigned tries;			    /* in that second */
	uint8_t out[TLS_RECORD_MAX];
};

/* |keys| and |account| (NULL: none) must outlive the workspace. Returns NULL if memory runs out. */
struct tls_workspace *tls_workspace_create(struct tls_keys *keys, bool keys_may_come, struct account *account);
void tls_workspace_destroy(struct tls_workspace *w);
/* Fetches the algorithms, unless that is done. Returns false if libcrypto lacks them. */
bool tls_workspace_prepare(struct tls_workspace *w);
/* The connection with the client random |random| was read without its keys, although some might have come. */
void tls_workspace_missed(struct tls_workspace *w, const uint8_t random[static TLS_RANDOM_SIZE]);
/* Returns how many of these connections have secrets by now: they came too late. */
uint64_t tls_workspace_late(const struct tls_workspace *w);
/* Counts an attempt at packet time |now|. Returns false if there were too many. */
bool tls_workspace_try(struct tls_workspace *w, tstamp now);

#endif
