/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_record: cuts the bytes of one direction into TLS records (RFC 8446 5.1, RFC 5246 6.2.1), wherever segments begin and
 * end. Nothing is kept but the header: the contents are handed on as they come.
 */
#ifndef SMTPSCOPE_TLS_RECORD_H
#define SMTPSCOPE_TLS_RECORD_H

#include "span.h"

enum tls_content {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23
};

enum { TLS_RECORD_HEADER = 5 };

struct tls_record {
	uint8_t type;	  /* of enum tls_content, or 24 (heartbeat) */
	uint16_t version; /* as the record says: 0x0301 to 0x0303 in most */
	uint32_t length;  /* bytes of content */
	bool cut;	  /* some of them were not captured */
};

struct tls_record_sink {
	void *context;
	/* Bytes of |record|'s content from |at| on; |last|: they are its end. Called at least once a record that ends. */
	void (*piece)(void *context, const struct tls_record *record, uint32_t at, struct span bytes,
		      bool last);
};

/* One direction; zeroed and given a sink it is ready. Nothing to finish. */
struct tls_reader {
	struct tls_record_sink sink;
	uint8_t header[TLS_RECORD_HEADER];
	unsigned have; /* bytes of the header */
	bool open;     /* |record| is under way */
	struct tls_record record;
	uint32_t at;	  /* bytes of its content that went by */
	uint64_t records; /* headers read */
	bool garbled;	  /* what came is no record: nothing more is read, unless a gap comes */
	bool lost;	  /* bytes are missing, so that where a record begins is not known */
};

/* Could these bytes begin a record? True where too few are there to say no. */
bool tls_record_begins(struct span bytes);
void tls_reader_push(struct tls_reader *r, struct span bytes);
/* |length| bytes were not captured: within a record they are skipped, else it takes up again at the next chunk that begins one. */
void tls_reader_gap(struct tls_reader *r, uint64_t length);

#endif
