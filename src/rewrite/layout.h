/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout: where the parts of a packet are that a rewriter changes: addresses, checksums and the payload of the
 * TCP segment, which may be the one that an ICMP error quotes.
 */
#ifndef SMTPSCOPE_LAYOUT_H
#define SMTPSCOPE_LAYOUT_H

#include "editor.h"
#include "packet_trace.h"

enum { LAYOUT_ADDRESSES = 48, LAYOUT_HIDDEN = 64 };

/* The kinds of addresses; they have 6, 4 and 16 bytes. */
enum layout_kind { LAYOUT_MAC, LAYOUT_IPV4, LAYOUT_IPV6 };

struct layout_address {
	enum layout_kind kind;
	size_t at;
};

static inline size_t layout_address_size(enum layout_kind kind)
{
	return kind == LAYOUT_MAC ? 6 : kind == LAYOUT_IPV4 ? 4 : 16;
}

/* Bytes that may hold addresses or names in a form that is not known: options, trailers. */
struct layout_range {
	size_t at, length;
};

struct layout {
	struct layout_address addresses[LAYOUT_ADDRESSES];
	size_t address_count;
	struct layout_range hidden[LAYOUT_HIDDEN];
	size_t hidden_count;
	bool has_payload; /* a TCP header was found: */
	size_t payload, payload_length;
	uint32_t seq; /* of the first payload byte */
	bool broken;  /* it has more parts than a layout can hold, or parts that cannot be found again */
};

/*
 * Finds the parts of the layers |first| to |end| (exclusive) of |trace|, whose bytes are in |whole|, and adds
 * their checksums to |e|, which edits a copy of |whole|. |outside| is the IP version of the header that carries
 * |whole| as its payload; 0: |whole| begins with a link layer.
 */
void layout_find(struct layout *l, struct editor *e, const struct packet_trace *trace, size_t first,
		 size_t end, struct span whole, unsigned outside);

#endif
