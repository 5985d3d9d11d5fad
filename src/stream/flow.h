/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow: the facts of one TCP connection that the stages to the right may read, and the events of its life. The stream
 * stage owns and keeps them up to date; a flow lives until the sink's close has returned.
 */
#ifndef SMTPSCOPE_FLOW_H
#define SMTPSCOPE_FLOW_H

#include "segment.h"

/* Who sent: the client opened the connection (or holds the other port than the mail port, where the opening was not seen). */
enum direction { DIR_CLIENT, DIR_SERVER };

static inline enum direction direction_other(enum direction d)
{
	return d == DIR_CLIENT ? DIR_SERVER : DIR_CLIENT;
}

enum flow_opened {
	FLOW_UNANSWERED, /* SYNs and nothing else (RFC 9293 3.5), as far as was seen */
	FLOW_REFUSED,	 /* the SYN was answered with RST */
	FLOW_HANDSHAKE,	 /* a SYN or a SYN-ACK was seen, and what followed it */
	FLOW_MIDSTREAM,	 /* neither was seen: the capture began later */
};

/* How it ended: by the first FIN or RST. */
enum flow_closed { FLOW_OPEN, FLOW_CLIENT_FIN, FLOW_SERVER_FIN, FLOW_CLIENT_RST, FLOW_SERVER_RST };

/* Why the stream stage lets go of a flow. */
enum flow_end {
	FLOW_END_CLOSED, /* both FINs or a RST were seen and late packets were waited for */
	FLOW_END_REUSED, /* a SYN with a new sequence number opened the next connection of the same endpoints */
	FLOW_END_IDLE,	 /* nothing for longer than the idle limit */
	FLOW_END_EVICTED, /* the table was full and this was the least recently used */
	FLOW_END_INPUT,	  /* the input ended */
};

/* What one side did. */
struct flow_side {
	bool seen; /* any segment of this side was captured */
	bool syn;  /* its SYN (or SYN-ACK) was captured: stream offset 0 is the first byte */
	bool guessed; /* no packet tells where its stream began: what was sent before the first that was captured is unknown */
	bool fin; /* its FIN was delivered, or */
	bool rst; /* its RST was seen */
	uint64_t packets;
	uint64_t payload_bytes;	  /* on the wire, retransmissions included */
	uint64_t delivered;	  /* stream bytes handed up, gaps included */
	uint64_t missing;	  /* of them, bytes in gaps */
	uint64_t retransmissions; /* segments that carried only bytes already seen */
	uint64_t acked;		  /* stream offset up to which the other side has acknowledged */
	uint16_t mss;		  /* announced; 0: none */
	uint8_t window_scale;	  /* announced; 0 where none */
	uint8_t first_ttl;	  /* of its first segment */
};

struct flow {
	uint64_t number; /* 1-based, in order of first packets; the sink may number those anew that it reports */
	struct endpoint client, server;
	bool roles_known; /* by SYN, or by exactly one side on a mail port; else the content has to tell */
	enum flow_opened opened;
	enum flow_closed closed;
	struct frame_ref first, last;
	int64_t rtt;		  /* nanoseconds from SYN to the ACK that ends the handshake; -1: not seen */
	struct flow_side side[2]; /* by enum direction */
	unsigned syn_count;	  /* SYNs sent by the client, repetitions included */
	unsigned syn_ack_count;
	bool ignored;	  /* set by the sink: nothing of this connection is wanted any more */
	bool truncated;	  /* packets were cut by the capture's snap length */
	void *attachment; /* what the sink's open returned */
};

/* Is it known that nothing was said before what was captured? */
static inline bool flow_from_start(const struct flow *flow)
{
	return flow->opened != FLOW_MIDSTREAM && !flow->side[DIR_CLIENT].guessed &&
	       !flow->side[DIR_SERVER].guessed;
}

enum flow_event_kind {
	FLOW_EVENT_SYN, /* a SYN, each repetition too */
	FLOW_EVENT_SYN_ACK,
	FLOW_EVENT_ESTABLISHED, /* the client acknowledged the SYN-ACK */
	FLOW_EVENT_FIN,		/* |direction| closed; in order with its bytes */
	FLOW_EVENT_RST,		/* |direction| reset; at once, not in order */
	FLOW_EVENT_ICMP,	/* an ICMP error quoted a packet of |direction| */
	FLOW_EVENT_CONFLICT,	/* bytes came again and differed; the first copy was kept */
	FLOW_EVENT_ZERO_WINDOW, /* |direction| announced that it can take no more (RFC 9293 3.8.6.1) */
	FLOW_EVENT_WINDOW_OPEN, /* |direction| can take data again */
	FLOW_EVENT_RETRANSMIT,	/* |direction| sent bytes again that were seen before */
};

struct flow_event {
	enum flow_event_kind kind;
	enum direction direction;
	struct frame_ref frame;
	uint64_t offset; /* of |direction|: where its stream stood (FIN: its end; RETRANSMIT, CONFLICT: first byte) */
	uint32_t length;	       /* RETRANSMIT, CONFLICT: bytes */
	const struct segment *segment; /* the packet, for the time of the call; NULL where it was held for order */
};

#endif
