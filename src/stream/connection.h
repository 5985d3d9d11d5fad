/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection: one TCP connection inside the stream stage: the public facts (flow.h), two reassemblies, and the rule that
 * orders them: what a piece's sender had acknowledged is handed up before the piece, as bytes or as a gap.
 */
#ifndef SMTPSCOPE_CONNECTION_H
#define SMTPSCOPE_CONNECTION_H

#include "chunk.h"
#include "known.h"
#include "reassembly.h"
#include "recent.h"
#include "signature.h"

struct connection_side {
	struct reassembly bytes;
	bool base_known;
	uint32_t base;	  /* sequence number of stream offset 0 */
	uint64_t highest; /* offset behind the last byte seen */
	uint64_t doubted; /* an acknowledgement of this side's bytes that was too far ahead to be believed alone; 0: none */
	bool window_closed;
	uint64_t fin_offset; /* UINT64_MAX: no FIN seen */
	struct recent recent;
	struct signatures signatures;
};

/* A place in a list of the table. */
struct connection_link {
	struct connection *next, *previous;
	bool linked;
};

struct connection {
	struct known known;		/* first: the table casts */
	struct connection_link blocked; /* in the table's list of those that hold bytes */
	struct connection_link closed;	/* in its list of those that settle */
	bool reset;			/* a RST was seen: nothing will be sent again */
	tstamp closed_at;
	tstamp used_at; /* when the table last noted that it is in use */
	struct flow flow;
	struct connection_side side[2];
	tstamp syn_time;
	const struct stream_sink *sink;
	size_t *held_total; /* the table's count of held bytes */
};

/* Limits the table hands to each call that may hold bytes. */
struct connection_limits {
	size_t held;	   /* bytes of one direction */
	size_t held_total; /* bytes of all connections */
	size_t pieces;	   /* pieces of one direction */
	tstamp wait;
};

/* |direction| of the segment within the flow is the caller's finding. Hands up what it can. */
void connection_push(struct connection *c, const struct segment *segment, enum direction direction,
		     const struct connection_limits *limits);
/* Both directions closed and handed up, or reset. */
bool connection_closed(const struct connection *c);
void connection_finish(struct connection *c);

#endif
