/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow: the facts about one TCP connection that later stages may read, and its events. The stream stage owns
 * and updates it. A flow is valid until the sink's close returns.
 */
#ifndef SMTPSCOPE_FLOW_H
#define SMTPSCOPE_FLOW_H

#include "segment.h"

/*
 * The sender. The client opened the connection; if the opening was not seen, it is the side whose port is not
 * a mail port.
 */
enum direction { DIR_CLIENT, DIR_SERVER };

static inline enum direction direction_other(enum direction d)
{
	return d == DIR_CLIENT ? DIR_SERVER : DIR_CLIENT;
}

enum flow_opened {
	FLOW_UNANSWERED, /* only SYNs were seen (RFC 9293 3.5) */
	FLOW_REFUSED,	 /* the SYN was answered with RST */
	FLOW_HANDSHAKE,	 /* a SYN or SYN-ACK was seen, and later segments */
	FLOW_MIDSTREAM,	 /* neither was seen: the capture began later */
};

/* The first FIN or RST. */
enum flow_closed { FLOW_OPEN, FLOW_CLIENT_FIN, FLOW_SERVER_FIN, FLOW_CLIENT_RST, FLOW_SERVER_RST };

/* Why the stream stage ended a flow. */
enum flow_end {
	FLOW_END_CLOSED, /* both FINs or a RST were seen, and the wait for late packets is over */
	FLOW_END_REUSED, /* a SYN with a new sequence number opened a connection between the same endpoints */
	FLOW_END_IDLE,	 /* no packet for longer than the idle limit */
	FLOW_END_EVICTED, /* the table or the account was full and this connection gave way */
	FLOW_END_INPUT,	  /* the input ended */
};

/* What one side did. */
struct flow_side {
	uint64_t packets;
	uint64_t payload_bytes; /* on the wire, including retransmissions */
	uint64_t delivered;	/* stream bytes delivered, including gaps */
	uint64_t missing;	/* those of them in gaps */
	uint64_t acked;		/* stream offset up to which the other side has acknowledged */
	uint32_t retransmissions; /* segments that carried only bytes already seen; UINT32_MAX: that many or more */
	uint32_t largest_acked; /* payload bytes of its longest segment that was acknowledged whole */
	uint32_t first_seq;	/* sequence number of stream offset 0; valid if |placed| */
	uint16_t ip_id;		/* IP identification of its newest segment other than SYN and RST */
	uint16_t reset_ip_id;	/* of its first reset; 0: none */
	uint16_t mss;		/* as announced; 0: none */
	uint8_t ip_id_rises; /* how often |ip_id| rose a little from one segment to the next; UINT8_MAX: that often or more */
	uint8_t window_scale; /* as announced; 0 if none */
	/* the lowest and highest TTL (or hop limit) of its segments other than resets; 0: none was captured */
	uint8_t ttl_low, ttl_high;
	uint8_t reset_ttl; /* TTL of its first reset; 0: none */
	bool seen : 1;	   /* a segment of this side was captured */
	bool syn : 1;	   /* its SYN or SYN-ACK was captured: stream offset 0 is the first byte */
	/*
	 * the start of its stream was not captured: what it sent before the first captured packet is unknown
	 */
	bool guessed : 1;
	bool fin : 1; /* its FIN was delivered */
	bool rst : 1; /* its RST was seen */
	bool placed : 1;
	bool ip_id_varies : 1; /* |ip_id| did anything else than rise a little, so it does not count segments */
	bool window_closed : 1; /* its newest segment announced a zero window */
};

struct flow {
	uint64_t number;  /* 1-based, in order of first packets; the sink may renumber the flows it reports */
	void *attachment; /* what the sink's open returned */
	struct endpoint client, server;
	struct frame_ref first;
	/* number of the flow of the same connection that was evicted before this one; 0: none */
	uint64_t continues;

	/* From here to |truncated|: what changes with its packets (struct flow_state). */
	struct frame_ref last;
	tstamp earliest, latest;  /* the times of its packets; the capture's clock may step back */
	struct flow_side side[2]; /* by enum direction */
	unsigned syn_count;	  /* SYNs sent by the client, including retransmissions */
	unsigned syn_ack_count;
	/* nanoseconds from SYN to the ACK that completes the handshake; -1: not seen */
	int64_t rtt;
	enum flow_opened opened : 8;
	enum flow_closed closed : 8;
	bool fragmented; /* IP fragments carried some of its packets */
	bool truncated;	 /* the capture's snapshot length cut packets */

	bool ignored; /* set by the sink: nothing more of this connection is wanted */
	/* from a SYN, or because exactly one side has a mail port; otherwise the content must tell */
	bool roles_known;
	/* read from a text: no packets, times, acknowledgements or addresses */
	bool transcript;
};

/* The part of a flow that changes. */
struct flow_state {
	_Alignas(struct flow) uint8_t bytes[offsetof(struct flow, ignored) - offsetof(struct flow, last)];
};

static inline void flow_save(const struct flow *flow, struct flow_state *state)
{
	memcpy(state->bytes, (const uint8_t *)flow + offsetof(struct flow, last), sizeof state->bytes);
}

/* Brings |copy|, a copy of another flow, to the |state| of that. */
static inline void flow_restore(struct flow *copy, const struct flow_state *state)
{
	memcpy((uint8_t *)copy + offsetof(struct flow, last), state->bytes, sizeof state->bytes);
}

/* The same with the state that |flow| has now. */
static inline void flow_follow(struct flow *copy, const struct flow *flow)
{
	memcpy((uint8_t *)copy + offsetof(struct flow, last),
	       (const uint8_t *)flow + offsetof(struct flow, last), sizeof((struct flow_state *)0)->bytes);
}

/* Notes that the packet with |segment| belongs to the flow. */
static inline void flow_note_packet(struct flow *flow, const struct segment *segment)
{
	flow->last = segment->frame;
	if (segment->frame.time < flow->earliest)
		flow->earliest = segment->frame.time;
	if (segment->frame.time > flow->latest)
		flow->latest = segment->frame.time;
	flow->fragmented |= segment->fragmented;
}

/* Returns whether the capture is known to contain the start of both streams. */
static inline bool flow_from_start(const struct flow *flow)
{
	return flow->opened != FLOW_MIDSTREAM && !flow->side[DIR_CLIENT].guessed &&
	       !flow->side[DIR_SERVER].guessed;
}

enum flow_event_kind {
	FLOW_EVENT_SYN, /* a SYN, also a retransmitted one */
	FLOW_EVENT_SYN_ACK,
	FLOW_EVENT_ESTABLISHED, /* the client acknowledged the SYN-ACK */
	FLOW_EVENT_FIN,		/* |direction| closed; in order with its bytes */
	FLOW_EVENT_RST,		/* |direction| reset; reported at once, not in order */
	FLOW_EVENT_ICMP,	/* an ICMP error quoted a packet of |direction| */
	FLOW_EVENT_CONFLICT,	/* bytes arrived again and differed; the first copy was kept */
	FLOW_EVENT_ZERO_WINDOW, /* |direction| announced a zero window (RFC 9293 3.8.6.1) */
	FLOW_EVENT_WINDOW_OPEN, /* |direction| announced an open window again */
	FLOW_EVENT_RETRANSMIT,	/* |direction| sent bytes again that were already seen */
};

enum { FLOW_EVENT_KINDS = FLOW_EVENT_RETRANSMIT + 1 };

struct flow_event {
	enum flow_event_kind kind;
	enum direction direction;
	struct frame_ref frame;
	/* position in the stream of |direction| (FIN: its end; RETRANSMIT, CONFLICT: first byte) */
	uint64_t offset;
	uint32_t length; /* RETRANSMIT, CONFLICT: bytes */
	/* the packet, valid during the call only; NULL if it was held for order */
	const struct segment *segment;
};

#endif
