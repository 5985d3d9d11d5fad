/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet: decodes the layers of captured frames (link layer, tunnels, IP and its fragments) and passes on the
 * TCP segments inside. Does no I/O and reads no clock: time is that of the frames.
 */
#ifndef SMTPSCOPE_PACKET_H
#define SMTPSCOPE_PACKET_H

#include "frame.h"
#include "packet_outcome.h"
#include "packet_trace.h"
#include "segment.h"

enum {
	PACKET_LAYERS = 16,	   /* layers of one frame, including tunnels */
	PACKET_UNKNOWN_LINKS = 16, /* different unknown link types that are counted separately */
};

/* Limits; 0 selects the default in parentheses. */
struct packet_config {
	uint64_t secret[2]; /* for hashing of wire data; unpredictable, except in tests */
	size_t datagrams;   /* incomplete datagrams held at a time (1024) */
	size_t datagram_memory; /* bytes held for all of them (16 MiB, at most an eighth of the account's limit) */
	tstamp datagram_time; /* packet time a datagram waits for fragments (30 s; RFC 8200 4.5 has 60 s) */
	struct account *account; /* charged with fragments; must outlive the stage; NULL: none */
};

struct packet_counters {
	uint64_t frames; /* pushed */
	/* passed on, including ICMP errors; a frame may contain several */
	uint64_t segments;
	uint64_t outcomes[PACKET_OUTCOMES]; /* frames by enum packet_outcome; the sum is |frames| */
	uint64_t datagrams_complete;	    /* IP datagrams reassembled from fragments */
	uint64_t datagrams_lost;	    /* given up incomplete: timeout, limits or end of input */
};

/* A link type without a layer, from the file or from a header inside (PKTAP, PPI). */
struct packet_unknown_link {
	int link_type; /* LINKTYPE_ number; -1: all beyond the first PACKET_UNKNOWN_LINKS */
	uint64_t frames;
	struct frame_ref first;
};

struct packet;

/*
 * Creates a packet stage that calls |sink| with |context| for every segment. The segment and what it points
 * to are valid during that call only. Returns NULL if memory runs out. The caller frees it with
 * packet_destroy.
 */
struct packet *packet_create(const struct packet_config *config, segment_sink *sink, void *context);
/* Accepts NULL. Passes on nothing more. */
void packet_destroy(struct packet *p);

/* Decodes one frame, which is not kept. Calls the sink before it returns. Accepts every frame. */
enum packet_outcome packet_push(struct packet *p, const struct frame *frame);
/*
 * Advances packet time to |now|: gives up fragments that have waited too long. Needed only while no frames
 * arrive.
 */
void packet_flush(struct packet *p, tstamp now);
/* Ends the input: gives up all fragments. Counters and unknown links stay readable until packet_destroy. */
void packet_finish(struct packet *p);

/*
 * Returns where the layers of the segment passed on are (in the sink), or those of the frame pushed last. The
 * spans point into that frame, or into a datagram that is valid only during the sink call.
 */
const struct packet_trace *packet_trace(const struct packet *p);

/* Valid as long as |p|; changes with every push. */
const struct packet_counters *packet_counters(const struct packet *p);
/*
 * Returns the link types without a layer, in order of their first frames, and their number in |*count|. Valid
 * as long as |p|.
 */
const struct packet_unknown_link *packet_unknown_links(const struct packet *p, size_t *count);

#endif
