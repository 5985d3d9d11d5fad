/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layer: what a layer of a frame is to this stage. A layer is one file that exports one `const struct layer layer_<name>`;
 * its name in the list of this folder's meson.build registers it.
 *
 * A frame is walked layer by layer: each one reads its header, moves the walk to what it carries and says what that is
 * (walk.next), or it says how the walk ends. Layers do not call each other.
 */
#ifndef SMTPSCOPE_LAYER_H
#define SMTPSCOPE_LAYER_H

#include "frame.h"
#include "packet_outcome.h"
#include "segment.h"

struct packet;
struct ipfrag;

/* The number spaces in which headers name what they carry. */
enum layer_space {
	LAYER_END,	 /* ends a list of keys */
	LAYER_LINK,	 /* LINKTYPE_ numbers of capture files */
	LAYER_ETHERTYPE, /* IEEE ethertypes, from 0x0600 */
	LAYER_IP,	 /* IANA protocol numbers */
	LAYER_UDP,	 /* destination ports of UDP */
	LAYER_PPP,	 /* PPP DLL protocol numbers */
	LAYER_NLPID,	 /* network layer protocol identifiers (ISO/IEC TR 9577) */
	LAYER_OWN,	 /* places inside a format that its own layer goes on to read (enum below) */
};

struct layer_key {
	uint16_t space; /* enum layer_space */
	uint16_t id;
};

enum {
	ETHERTYPE_LOWEST = 0x0600, /* below it, the field is a length (IEEE 802.3 3.2.6) */
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_ETHERNET = 0x6558, /* a whole Ethernet frame follows (transparent Ethernet bridging) */
	ETHERTYPE_LLC = 0x8870,	     /* an LLC header follows */
	ETHERTYPE_PPP = 0x880b,
};

enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW = 101, /* IPv4 or IPv6, as the first half byte says */
	LINK_C_HDLC = 104,
	LINK_IEEE802_11 = 105,
};

enum { OWN_MSDU }; /* a subframe of an 802.11 A-MSDU */

/* Where the reading of a frame stands. */
struct walk {
	struct span bytes; /* what was captured from here to the end of the surrounding layer */
	size_t wire;	   /* bytes it had on the wire; more than bytes.length where the capture was cut */
	struct layer_key next; /* what begins here; a layer finds the key by which it was called */
	/* An IP header said |wire|: no packet inside can be longer, */
	bool wire_sure;
	/* but for a frame that a mirror may have cut before it wrapped it. */
	bool mirrored;
	/* Only a port or a bit pattern said what this is: what does not fit is something else, and not invalid. */
	bool guess;
	/* 802.11 only: there is padding between header and body (radiotap flag 0x20). */
	bool pad_to_four;
	/* Of the innermost IP header read, whose addresses are in |segment|; 0: none. */
	uint8_t ip_version;

	/* Another part of the same frame, to be read after this one (802.11 A-MSDU); empty: none. */
	struct {
		struct span bytes;
		size_t wire;
		struct layer_key next;
	} rest;

	const struct frame *frame;
	/* Filled as headers are read; handed up when a layer says PACKET_SEGMENT or PACKET_ICMP_ERROR. */
	struct segment *segment;
	struct ipfrag *fragments;
	const struct packet *packet;
};

/*
 * Reads the header at walk.bytes. PACKET_UNDECIDED: the walk has moved on and walk.next is set; anything else ends it.
 * Reads wire bytes through span getters only; never moves backwards; works in bounded time.
 */
typedef enum packet_outcome layer_decode(struct walk *walk);

struct layer {
	const char *name;
	/* What it is asked for, ended by LAYER_END; each key belongs to one layer. */
	const struct layer_key *keys;
	layer_decode *decode;
};

/* Has this key a layer? */
bool layer_known(const struct packet *p, struct layer_key key);

/* The answer of a layer that needs |count| bytes and has not captured them: were they on the wire at all? */
static inline enum packet_outcome walk_short(const struct walk *w, size_t count)
{
	return count > w->wire ? PACKET_INVALID : PACKET_TRUNCATED;
}

/* Moves over a header of |count| bytes to what it carries. */
static inline enum packet_outcome walk_on(struct walk *w, size_t count, enum layer_space space, unsigned id)
{
	if (!span_has(w->bytes, 0, count))
		return walk_short(w, count);
	w->bytes = span_from(w->bytes, count);
	w->wire -= count;
	w->next = (struct layer_key){ .space = (uint16_t)space, .id = (uint16_t)id };
	return PACKET_UNDECIDED;
}

/* Can an IP packet of |total| bytes be here? */
static inline bool walk_fits(const struct walk *w, size_t total)
{
	return total <= w->wire || !w->wire_sure || w->mirrored;
}

/* The layer at hand ends |length| bytes from here, says a header; what stands behind (padding, checksums) is cut off. */
static inline void walk_limit(struct walk *w, size_t length)
{
	w->bytes = span_first(w->bytes, length);
	if (length < w->wire)
		w->wire = length;
}

#endif
