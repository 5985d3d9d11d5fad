/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_collector: collects the whole records of one direction, regardless of segment boundaries. Content that lies within one
 * chunk is not copied. After a loss it takes up the stream at the next header of a record.
 */
#ifndef SMTPSCOPE_TLS_COLLECTOR_H
#define SMTPSCOPE_TLS_COLLECTOR_H

#include "chunk.h"
#include "tls_workspace.h"

struct tls_collected {
	struct tls_sealed sealed;  /* content: valid until the next call */
	uint32_t length;	   /* bytes of content on the wire */
	bool missing;		   /* some of them are missing: |sealed.content| is empty */
	bool found;		   /* the header was searched for after a loss, and may be none */
	uint64_t skipped;	   /* bytes passed over by that search */
	const struct chunk *first; /* the chunk with its first byte; its bytes may be gone */
	const struct chunk *last;  /* with its last byte */
	uint64_t wire_end;	   /* stream offset behind it */
};

struct tls_collector {
	struct tls_workspace *workspace;
	uint8_t header[TLS_RECORD_HEADER];
	unsigned have;	  /* bytes of |header| */
	uint32_t length;  /* of the content, once the header is whole */
	uint32_t at;	  /* bytes of content so far */
	uint8_t *body;	  /* they, if not in one chunk; owned */
	bool cut;	  /* some of them are missing */
	bool lost;	  /* the place is not known: search for a header */
	bool found;	  /* this header was searched for */
	uint64_t skipped; /* bytes passed over since the last record */
	struct chunk first;
	uint64_t records; /* returned */
};

void tls_collector_init(struct tls_collector *c, struct tls_workspace *w);
void tls_collector_finish(struct tls_collector *c);
/*
 * Takes bytes from the front of |*bytes|, which is what remains of |chunk|, up to the end of a record. Returns true with the
 * record, or false if |*bytes| is used up.
 */
bool tls_collector_next(struct tls_collector *c, const struct chunk *chunk, struct span *bytes,
			struct tls_collected *record);
/*
 * |gap| was not captured. Returns true with a record if the gap ends exactly with it. Otherwise the record that is being
 * collected goes on, or |lost| is set.
 */
bool tls_collector_gap(struct tls_collector *c, const struct chunk *gap, struct tls_collected *record);
/* What was returned last was not a record: search again. */
void tls_collector_search(struct tls_collector *c);

#endif
