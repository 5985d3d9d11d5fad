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
	bool base_known;
	uint32_t base;	  /* sequence number of stream offset 0 */
	uint64_t highest; /* offset after the last byte seen */
	/*
	 * an acknowledgement of this side's bytes too far ahead to be accepted without confirmation; 0: none
	 */
	uint64_t unconfirmed;
	bool window_closed;
	uint64_t fin_offset; /* UINT64_MAX: no FIN seen */
	/* the longest segment that is not acknowledged yet, as offsets; both 0: none */
	uint64_t longest_start, longest_end;
	struct recent recent;
	struct signatures signatures;
};

/* Membership in a list of the stream. */
struct connection_link {
	struct connection *next, *previous;
	bool linked;
};

struct connection {
	struct known known;		/* first, because the map casts */
	struct connection_link blocked; /* in the list of connections that hold bytes */
	struct connection_link waiting; /* in the list of connections without data, or of closed ones that settle */
	bool silent;			/* |waiting| is in the list of connections without data */
	bool reset;			/* a RST was seen: there will be no retransmissions */
	tstamp closed_at;
	tstamp touched_at; /* when the stream last moved it to the front of its map */
	struct flow flow;
	struct connection_side side[2];
	tstamp syn_time;
	const struct stream_sink *sink;
	size_t *held_total;	 /* the stream's count of held bytes */
	struct account *account; /* the stream's; NULL: none */
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
