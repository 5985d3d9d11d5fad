/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ipfrag: reassembles IP datagrams from fragments (RFC 791 3.2, RFC 8200 4.5) in any order and bounded
 * memory. If fragments overlap, the copy captured first wins. Fragments cut short by the capture are used as
 * far as they go.
 */
#ifndef SMTPSCOPE_IPFRAG_H
#define SMTPSCOPE_IPFRAG_H

#include "map.h"
#include "tstamp.h"

struct ipfrag_limits {
	size_t datagrams;	 /* incomplete ones at a time */
	size_t memory;		 /* bytes for all of them */
	tstamp time;		 /* how long reassembly may take, from the first fragment */
	struct account *account; /* charged with them; NULL: none */
};

/* Identifies the datagram of a fragment. Compared as bytes: it has no padding, and unused bytes are 0. */
struct ipfrag_key {
	uint8_t source[16], target[16]; /* as in struct addr */
	uint32_t id;
	uint8_t version;
	uint8_t protocol; /* IPv4 only */
	uint16_t zero;
};

struct ipfrag_piece {
	struct ipfrag_key key;
	uint32_t offset; /* bytes, a multiple of 8 */
	bool more;	 /* more fragments follow */
	/* what the datagram carries according to this fragment; the first fragment's value counts */
	uint8_t protocol;
	size_t wire;	   /* payload bytes of the fragment */
	struct span bytes; /* those of them that were captured; copied */
	tstamp time;
};

enum ipfrag_result {
	IPFRAG_HELD,	 /* other fragments are missing */
	IPFRAG_COMPLETE, /* the datagram is complete */
	IPFRAG_REPEATED, /* a duplicate: its datagram was completed recently with the same bytes */
	IPFRAG_INVALID,	 /* the fragment is malformed or contradicts others */
	IPFRAG_DROPPED,	 /* there was no room */
};

/* A reassembled datagram, valid until ipfrag_release. */
struct ipfrag_whole {
	struct span bytes; /* captured bytes up to the first hole */
	size_t wire;	   /* its length */
	uint8_t protocol;
};

struct ipfrag_datagram;

struct ipfrag {
	struct map waiting; /* struct ipfrag_datagram by key; the one begun first is the oldest */
	struct map recent;  /* those completed recently */
	struct ipfrag_limits limits;
	size_t memory;			  /* bytes held */
	struct ipfrag_datagram *complete; /* those returned since the last ipfrag_release */
	uint64_t complete_count, lost_count;
};

/* Returns false if memory runs out. */
bool ipfrag_init(struct ipfrag *f, const struct ipfrag_limits *limits, const uint64_t secret[static 2]);
/* Frees all memory. Accepts a zeroed struct. */
void ipfrag_finish(struct ipfrag *f);

/* Adds a fragment. Sets |*whole| only with IPFRAG_COMPLETE. */
enum ipfrag_result ipfrag_push(struct ipfrag *f, const struct ipfrag_piece *piece, struct ipfrag_whole *whole);
/* Releases the datagrams returned as complete. Call it when a frame is done. */
void ipfrag_release(struct ipfrag *f);
/* Gives up datagrams that are too old at |now|. */
void ipfrag_expire(struct ipfrag *f, tstamp now);
/* Gives up all datagrams. */
void ipfrag_clear(struct ipfrag *f);

#endif
