/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection_state: what the stream stage knows of one TCP connection: the public facts (flow.h) and a reassembly for each
 * direction. connection.h is what processes segments, order.h what delivers.
 */
#ifndef SMTPSCOPE_CONNECTION_STATE_H
#define SMTPSCOPE_CONNECTION_STATE_H

#include "chunk.h"
#include "known.h"
#include "reassembly.h"
#include "recent.h"
#include "signature.h"

struct connection_side {
	struct reassembly bytes;
	struct recent recent;
	uint64_t highest;    /* offset after the last byte seen */
	uint64_t fin_offset; /* UINT64_MAX: no FIN seen */
	/*
	 * an acknowledgement of this side's bytes too far ahead to be accepted without confirmation; 0: none
	 */
	uint64_t unconfirmed;
	/* the longest segment that is not acknowledged yet: the offset of its end and its length; both 0: none */
	uint64_t longest_end;
	uint32_t longest;
	struct signatures signatures;
};

/* Membership in a list of the stream. */
struct connection_link {
	struct connection *next, *previous;
};

/* What all connections of a stream share. */
struct connection_shared {
	struct stream_sink sink;
	size_t held_total;	 /* bytes held for order */
	struct account *account; /* NULL: none */
};

struct connection {
	struct known known; /* first, because the map casts */
	struct connection_shared *shared;
	tstamp touched_at; /* when the stream last moved it to the front of its map */
	struct flow flow;
	struct connection_side side[2];
	struct connection_link blocked; /* in the list of connections that hold bytes */
	struct connection_link waiting; /* in the list of connections without data, or of closed ones that settle */
	tstamp closed_at;
	tstamp syn_time;
};

/* The limits for bytes held until they are in order. */
struct connection_limits {
	size_t held;	   /* bytes of one direction */
	size_t held_total; /* bytes of all connections */
	size_t pieces;	   /* pieces of one direction */
	tstamp wait;
	uint64_t key[2]; /* of the hashes of packets (signature.h) */
};

#endif
