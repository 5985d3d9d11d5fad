/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_record: splits the bytes of one direction into TLS records (RFC 8446 5.1, RFC 5246 6.2.1), regardless
 * of segment boundaries. Buffers only the header and passes content on as it arrives.
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
	uint16_t version; /* as in the record; usually 0x0301 to 0x0303 */
	uint32_t length;  /* bytes of content */
	bool cut;	  /* some of them were not captured */
};

struct tls_record_sink {
	void *context;
	/*
	 * |bytes| is the content of |record| from |at| on; |last|: it ends the record. Called at least once
	 * for each record whose end is seen.
	 */
	void (*piece)(void *context, const struct tls_record *record, uint32_t at, struct span bytes,
		      bool last);
};

/* Reads one direction. Initialize by zeroing it and setting |sink|; there is nothing to free. */
struct tls_reader {
	struct tls_record_sink sink;
	uint8_t header[TLS_RECORD_HEADER];
	unsigned have; /* bytes of the header */
	bool open;     /* |record| is incomplete */
	struct tls_record record;
	uint32_t at;	  /* bytes of its content processed so far */
	uint64_t records; /* headers read */
	bool garbled;	  /* not a TLS record: nothing more is read until a gap */
	bool lost;	  /* bytes are missing, so the next record boundary is unknown */
};

/* Returns whether |bytes| could begin a record; true if there are too few to tell. */
bool tls_record_begins(struct span bytes);
void tls_reader_push(struct tls_reader *r, struct span bytes);
/*
 * |length| bytes were not captured. Skips them if they are inside a record; otherwise resumes at the next
 * chunk that begins with a record.
 */
void tls_reader_gap(struct tls_reader *r, uint64_t length);

#endif
