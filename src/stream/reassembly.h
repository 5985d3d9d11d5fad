/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reassembly: puts one direction's bytes in order (RFC 9293 3.4). The state is the offset up to which bytes
 * were delivered (|next|) and an ordered list of pieces beyond it, without overlap; the spaces between them
 * are the gaps. It knows nothing of packets, time or the other direction. If bytes arrive twice, the first
 * copy wins.
 */
#ifndef SMTPSCOPE_REASSEMBLY_H
#define SMTPSCOPE_REASSEMBLY_H

#include "account.h"
#include "frame_ref.h"
#include "span.h"

enum piece_kind {
	PIECE_DATA,
	PIECE_FIN, /* no bytes: the end of the direction */
	PIECE_RST, /* no bytes: a reset that waits for its turn */
};

struct piece {
	struct piece *next;
	enum piece_kind kind;
	uint64_t offset;
	uint64_t length;   /* bytes on the wire */
	uint64_t captured; /* how many of them, from the first, were captured */
	bool contiguous;   /* everything before it has arrived or was given up */
	bool acked_known;
	uint64_t peer_acked;	/* see struct chunk */
	struct frame_ref sent;	/* the packet that carried it */
	struct frame_ref ready; /* the packet whose arrival made it contiguous */
	uint8_t *bytes;		/* |captured| bytes; owned by a held piece, by the caller for a pushed one */
};

/* The pieces that are held; at least one. */
struct held {
	struct piece *head, *tail;
	uint64_t contiguous; /* every byte before it has arrived or was given up */
	size_t bytes, count;
	struct account *account; /* charged with the pieces and this; NULL: none */
};

/* A zeroed struct is valid and empty. */
struct reassembly {
	uint64_t next;	   /* first byte not yet delivered */
	struct held *held; /* NULL: nothing is held, as most of the time */
};

/* Returns the first piece that is held, or NULL. */
static inline struct piece *reassembly_first(const struct reassembly *r)
{
	return r->held ? r->held->head : NULL;
}

/* Returns how many bytes are held. */
static inline size_t reassembly_held(const struct reassembly *r)
{
	return r->held ? r->held->bytes : 0;
}

/* Frees all pieces. */
void reassembly_finish(struct reassembly *r);

/*
 * Copies those parts of |piece| that are neither delivered nor held, and marks pieces that became contiguous
 * as ready in |piece->sent|. Sets |*conflict| to the first offset at which it differs from held bytes, or
 * UINT64_MAX. Returns the number of new bytes, where FIN and RST count as one; also returns 0 if memory runs
 * out. The memory is charged to |account| (NULL: none), always the same one.
 */
uint64_t reassembly_push(struct reassembly *r, struct account *account, const struct piece *piece,
			 uint64_t *conflict);

/* Returns the piece at |next|, or NULL if nothing is held or a gap comes first. */
const struct piece *reassembly_head(const struct reassembly *r);
/* Frees the head, after its delivery, and moves |next| past it. */
void reassembly_pop(struct reassembly *r);
/*
 * Moves |next| to |offset|: the bytes before it were given up, or delivered without being held. No piece may
 * begin before |offset|.
 */
void reassembly_skip(struct reassembly *r, uint64_t offset);
/* Returns the offset at which the first gap ends, or UINT64_MAX if nothing is held beyond a gap. */
uint64_t reassembly_gap_end(const struct reassembly *r);

#endif
