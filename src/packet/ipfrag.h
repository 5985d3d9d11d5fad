/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ipfrag: puts IP datagrams together from their fragments (RFC 791 3.2, RFC 8200 4.5), in any order, in bounded memory.
 * Where fragments overlap the first copy captured wins. Fragments the capture cut short are taken as far as they go.
 */
#ifndef SMTPSCOPE_IPFRAG_H
#define SMTPSCOPE_IPFRAG_H

#include "map.h"
#include "tstamp.h"

struct ipfrag_limits {
	size_t datagrams; /* incomplete ones at a time */
	size_t memory;	  /* bytes for all */
	tstamp time;	  /* how long one may take, from its first fragment on */
};

/* What fragments of one datagram have in common. Compared as bytes: no padding, unused bytes are 0. */
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
	bool more;	 /* it is not the last one */
	uint8_t protocol; /* what the datagram carries, as this fragment says; that of the first fragment counts */
	size_t wire;	  /* bytes the fragment carries */
	struct span bytes; /* of them, those captured; copied */
	tstamp time;
};

enum ipfrag_result {
	IPFRAG_HELD,	 /* others are missing */
	IPFRAG_COMPLETE, /* the datagram is whole */
	IPFRAG_REPEATED, /* belongs to a datagram that was whole a moment ago, with the same bytes */
	IPFRAG_INVALID,	 /* no fragment can be like that */
	IPFRAG_DROPPED,	 /* no room */
};

/* A datagram put together: lives until ipfrag_release. */
struct ipfrag_whole {
	struct span bytes; /* as far as captured without a hole */
	size_t wire;	   /* bytes it has */
	uint8_t protocol;
};

struct ipfrag_datagram;

struct ipfrag {
	struct map waiting; /* struct ipfrag_datagram by key, the one that began first is the oldest */
	struct map recent;  /* those that were complete a moment ago */
	struct ipfrag_limits limits;
	size_t memory;			  /* bytes held */
	struct ipfrag_datagram *complete; /* those given out since ipfrag_release */
	uint64_t complete_count, lost_count;
};

/* False where memory is short. */
bool ipfrag_init(struct ipfrag *f, const struct ipfrag_limits *limits, const uint64_t secret[static 2]);
/* Gives all memory back. Takes a zeroed one. */
void ipfrag_finish(struct ipfrag *f);

/* Adds a fragment; |*whole| is set with IPFRAG_COMPLETE only. */
enum ipfrag_result ipfrag_push(struct ipfrag *f, const struct ipfrag_piece *piece, struct ipfrag_whole *whole);
/* Takes back what was given out as complete. To be called when a frame is done. */
void ipfrag_release(struct ipfrag *f);
/* Gives up datagrams that are too old at |now|. */
void ipfrag_expire(struct ipfrag *f, tstamp now);
/* Gives up all datagrams. */
void ipfrag_clear(struct ipfrag *f);

#endif
