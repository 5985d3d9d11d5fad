/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segment: one TCP segment (RFC 9293), or an ICMP error that quotes one, passed from the packet stage to the
 * stream stage. Valid during that call only.
 */
#ifndef SMTPSCOPE_SEGMENT_H
#define SMTPSCOPE_SEGMENT_H

#include "addr.h"
#include "frame_ref.h"
#include "span.h"

enum segment_kind {
	SEGMENT_TCP,
	SEGMENT_ICMP_ERROR, /* source, target and seq are those of the quoted packet */
};

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20
};

enum { SEGMENT_SACK_BLOCKS = 4 };

struct segment_sack {
	uint32_t left, right; /* sequence numbers; |right| is one past the last byte (RFC 2018) */
};

/* The TCP options that later stages use. |has_...| is 0 if the option is absent or malformed. */
struct segment_options {
	bool has_mss, has_window_scale, has_timestamp, sack_permitted;
	uint16_t mss;	      /* bytes */
	uint8_t window_scale; /* shift count, at most 14 (RFC 7323) */
	uint8_t sack_count;
	uint32_t timestamp_value, timestamp_echo;
	struct segment_sack sack[SEGMENT_SACK_BLOCKS];
};

struct segment_icmp {
	struct addr from; /* sender of the error */
	uint8_t version;  /* 4: ICMP, 6: ICMPv6 */
	uint8_t type, code;
	uint32_t mtu; /* from "fragmentation needed" or "packet too big", otherwise 0 */
};

struct segment {
	enum segment_kind kind;
	struct frame_ref frame;
	struct endpoint source, target;
	uint32_t seq, ack;	 /* sequence numbers as on the wire */
	uint16_t window;	 /* as on the wire, not scaled */
	uint8_t flags;		 /* of enum tcp_flag */
	bool fragmented;	 /* it was reassembled from IP fragments */
	uint8_t ttl;		 /* or hop limit */
	uint16_t ip_id;		 /* IPv4 identification; 0 in IPv6 */
	struct span payload;	 /* as captured; may be shorter than |payload_length| */
	uint32_t payload_length; /* payload bytes on the wire; 0 in an ICMP error */
	struct segment_options options;
	struct segment_icmp icmp; /* SEGMENT_ICMP_ERROR only */
};

typedef void segment_sink(void *context, const struct segment *segment);

#endif
