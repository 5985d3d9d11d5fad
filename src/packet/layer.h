/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layer: the interface of the layer decoders. A layer is one file that exports one `const struct layer
 * layer_<name>`; its name in the list in this folder's meson.build registers it.
 *
 * A frame is decoded layer by layer: each layer reads its header, moves the walk to its payload and sets
 * walk.next to the payload's type, or returns how the walk ends. Layers do not call each other.
 */
#ifndef SMTPSCOPE_LAYER_H
#define SMTPSCOPE_LAYER_H

#include "frame.h"
#include "packet_outcome.h"
#include "packet_trace.h"
#include "segment.h"

struct packet;
struct ipfrag;

/* The number spaces in which headers identify their payload. */
enum layer_space {
	LAYER_END,	 /* ends a list of keys */
	LAYER_LINK,	 /* LINKTYPE_ numbers of capture files */
	LAYER_ETHERTYPE, /* IEEE ethertypes, from 0x0600 */
	LAYER_IP,	 /* IANA protocol numbers */
	LAYER_UDP,	 /* destination ports of UDP */
	LAYER_PPP,	 /* PPP DLL protocol numbers */
	LAYER_NLPID,	 /* network layer protocol identifiers (ISO/IEC TR 9577) */
	LAYER_OWN,	 /* positions inside a format that its own layer continues to read (enum below) */
};

struct layer_key {
	uint16_t space; /* enum layer_space */
	uint16_t id;
};

enum {
	ETHERTYPE_LOWEST = 0x0600, /* smaller values are lengths (IEEE 802.3 3.2.6) */
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_ETHERNET = 0x6558, /* a complete Ethernet frame follows (transparent Ethernet bridging) */
	ETHERTYPE_LLC = 0x8870,	     /* an LLC header follows */
	ETHERTYPE_PPP = 0x880b,
};

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW = 101, /* IPv4 or IPv6, depending on the first half byte */
	LINK_C_HDLC = 104,
	LINK_IEEE802_11 = 105,
};

enum { OWN_MSDU }; /* a subframe of an 802.11 A-MSDU */

/* The state of decoding a frame. */
struct walk {
	struct span bytes; /* captured bytes from here to the end of the enclosing layer */
	size_t wire;	   /* their number on the wire; exceeds bytes.length if the capture cut the frame */
	struct layer_key next; /* what begins here; a layer finds the key it was called for */
	/* |wire| comes from an IP header: no packet inside can be longer, */
	bool wire_exact;
	/* except in a mirrored frame, which may have been cut before it was encapsulated. */
	bool mirrored;
	/*
	 * Only a port or bit pattern suggests this format: content that does not fit is something else, not
	 * invalid.
	 */
	bool guess;
	/* 802.11 only: the header is padded (radiotap flag 0x20). */
	bool pad_to_four;
	/* Version of the innermost IP header, whose addresses are in |segment|; 0: none. */
	uint8_t ip_version;

	/* Another part of the same frame, decoded after this one (802.11 A-MSDU); empty: none. */
	struct {
		struct span bytes;
		size_t wire;
		struct layer_key next;
	} rest;

	const struct frame *frame;
	/*
	 * Filled while headers are read; passed on when a layer returns PACKET_SEGMENT or PACKET_ICMP_ERROR.
	 */
	struct segment *segment;
	struct ipfrag *fragments;
	const struct packet *packet;
	struct packet_trace *trace; /* filled by the walk and by ip_fragment */
};

/*
 * Reads the header at walk.bytes. Returns PACKET_UNDECIDED after moving the walk on and setting walk.next;
 * any other result ends the walk. Reads wire bytes only through span getters, never moves backwards, and runs
 * in bounded time.
 */
typedef enum packet_outcome layer_decode(struct walk *walk);

struct layer {
	const char *name;
	/* The keys it decodes, ended by LAYER_END. Each key belongs to one layer. */
	const struct layer_key *keys;
	layer_decode *decode;
};

/* Returns whether a layer is registered for |key|. */
bool layer_known(const struct packet *p, struct layer_key key);

/*
 * The result if |count| bytes are needed but not captured: truncated if they were among the |wire| bytes on the
 * wire, otherwise invalid.
 */
static inline enum packet_outcome walk_lacks(size_t wire, size_t count)
{
	return count > wire ? PACKET_INVALID : PACKET_TRUNCATED;
}

static inline enum packet_outcome walk_short(const struct walk *w, size_t count)
{
	return walk_lacks(w->wire, count);
}

/* Moves past a header of |count| bytes to its payload. */
static inline enum packet_outcome walk_on(struct walk *w, size_t count, enum layer_space space, unsigned id)
{
	if (!span_has(w->bytes, 0, count))
		return walk_short(w, count);
	w->bytes = span_from(w->bytes, count);
	w->wire -= count;
	w->next = (struct layer_key){ .space = (uint16_t)space, .id = (uint16_t)id };
	return PACKET_UNDECIDED;
}

/* Returns whether an IP packet of |total| bytes can begin here. */
static inline bool walk_fits(const struct walk *w, size_t total)
{
	return total <= w->wire || !w->wire_exact || w->mirrored;
}

/*
 * Ends the current layer |length| bytes from here, as its header says; excludes padding and checksums behind
 * it.
 */
static inline void walk_limit(struct walk *w, size_t length)
{
	w->bytes = span_first(w->bytes, length);
	if (length < w->wire)
		w->wire = length;
}

#endif
