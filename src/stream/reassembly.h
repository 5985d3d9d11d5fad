/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reassembly: one direction's bytes put in order (RFC 9293 3.4). The state is what has been handed up (all below |next|) and a
 * list of pieces beyond it, in order and without overlap; what lies between them is the set of gaps. It knows no packets,
 * no clock and no other direction. Where bytes come twice the first copy wins.
 */
#ifndef SMTPSCOPE_REASSEMBLY_H
#define SMTPSCOPE_REASSEMBLY_H

#include "frame_ref.h"
#include "span.h"

enum piece_kind {
	PIECE_DATA,
	PIECE_FIN, /* no bytes: the direction's end */
	PIECE_RST, /* no bytes: a reset, waiting for its turn */
};

struct piece {
	struct piece *next;
	enum piece_kind kind;
	uint64_t offset;
	uint64_t length;   /* bytes on the wire */
	uint64_t captured; /* of them, the first so many were captured */
	bool contiguous;   /* everything before it has arrived or was given up */
	bool acked_known;
	uint64_t peer_acked;	/* see struct chunk */
	struct frame_ref sent;	/* the packet that carried it */
	struct frame_ref ready; /* the packet whose arrival made it contiguous */
	uint8_t *bytes; /* |captured| of them; a held piece owns its own, one that is pushed is the caller's */
};

struct reassembly {
	struct piece *head, *tail;
	uint64_t next;	     /* first byte not yet handed up */
	uint64_t contiguous; /* every byte below has arrived (or was given up) */
	size_t held_bytes, held_count;
};

/* Forgets all pieces. */
void reassembly_finish(struct reassembly *r);

/*
 * Takes copies of those parts of |piece| that are neither handed up nor held already, and marks what became contiguous by
 * it as ready in |piece->sent|. Of held bytes that come again, |*conflict| is the first offset where they differ, UINT64_MAX
 * where they are the same. Returns the number of new bytes; FIN and RST count as one. 0 also where memory is short.
 */
uint64_t reassembly_push(struct reassembly *r, const struct piece *piece, uint64_t *conflict);

/* The piece at |next|, or NULL: nothing is held, or a gap comes first. */
const struct piece *reassembly_head(const struct reassembly *r);
/* Hands the head up: forgets it and moves |next| behind it. */
void reassembly_pop(struct reassembly *r);
/* Moves |next| to |offset|, the bytes between being given up or handed up without being held; no piece may begin before it. */
void reassembly_skip(struct reassembly *r, uint64_t offset);
/* Where the first gap ends: the offset of the first piece where it is beyond |next|, else UINT64_MAX. */
uint64_t reassembly_gap_end(const struct reassembly *r);

#endif
