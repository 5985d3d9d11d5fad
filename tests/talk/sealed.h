/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sealed: the conversation of a session inside TLS, in records made with known secrets. Each segment becomes whole records, so
 * that the same segments carry the same text; what was sent again carries the same records.
 */
#ifndef SMTPSCOPE_TALK_SEALED_H
#define SMTPSCOPE_TALK_SEALED_H

#include "talk.h"
#include "tls_schedule.h"

enum sealed_kind {
	SEALED_NONE,
	SEALED_13,     /* TLS 1.3, AES-128-GCM, a record for each segment */
	SEALED_13_TWO, /* the same, two records for each segment */
	SEALED_12,     /* TLS 1.2, AES-128-GCM */
};

enum {
	SEALED_HELLOS = 3,
	SEALED_OVERHEAD = 64
}; /* messages of the handshake; bytes that a record adds at most */

/* Seals the records of one direction. */
struct sealer {
	bool old; /* TLS 1.2 */
	struct tls_record_keys keys;
	uint64_t sequence;
};

/* The handshake: client, server, client. */
struct sealed_handshake {
	uint8_t bytes[SEALED_HELLOS][512];
	size_t length[SEALED_HELLOS];
};

/*
 * The keys of client and server, of the handshake or of what follows it; TLS 1.2 has the same. The secrets are bytes repeated: 'a'
 * and 'b' for the handshake of client and server, 'c' and 'd' for their text. Returns false if libcrypto fails.
 */
bool sealed_keys_make(struct sealer sealers[static 2], enum sealed_kind kind, bool handshake);
/* Writes one record to |to|. Returns its length, or 0 if libcrypto fails. */
size_t sealed_record(struct sealer *s, uint8_t type, struct span text, uint8_t *to);
/* Returns false if libcrypto fails. */
bool sealed_handshake_make(struct sealed_handshake *h, enum sealed_kind kind);
/* The key log for all of them: lines as in SSLKEYLOGFILE. */
void sealed_keys_print(FILE *out);
/* Puts the payloads of |session| from segment |from| on into records. Returns false if memory runs out. */
bool sealed_session(struct talk *t, unsigned session, size_t from, enum sealed_kind kind);

#endif
