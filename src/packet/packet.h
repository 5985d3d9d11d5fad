/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet: takes captured frames, walks through their layers (link, tunnels, IP and its fragments) and hands up the TCP
 * segment inside. No I/O, no clock: time is that of the frames.
 */
#ifndef SMTPSCOPE_PACKET_H
#define SMTPSCOPE_PACKET_H

#include "frame.h"
#include "packet_outcome.h"
#include "segment.h"

enum {
	PACKET_LAYERS = 16,	   /* layers of one frame, tunnels included */
	PACKET_UNKNOWN_LINKS = 16, /* different unknown link types that are told apart */
};

/* Bounds; 0 stands for the figure named. */
struct packet_config {
	uint64_t secret[2];	/* for hashes of what comes from the wire; unpredictable, except in tests */
	size_t datagrams;	/* fragmented datagrams held at a time (1024) */
	size_t datagram_memory; /* bytes held for all of them (16 MiB) */
	tstamp datagram_time; /* packet time a datagram waits for its fragments (30 s, RFC 8200 4.5 has 60) */
};

struct packet_counters {
	uint64_t frames;		    /* pushed */
	uint64_t segments;		    /* handed up, ICMP errors included; a frame may carry several */
	uint64_t outcomes[PACKET_OUTCOMES]; /* frames by enum packet_outcome; their sum is |frames| */
	uint64_t datagrams_complete;	    /* IP datagrams put together from fragments */
	uint64_t datagrams_lost;	    /* given up incomplete: time, bounds, end of input */
};

/* A link type for which there is no layer: the file's, or one that a header inside (PKTAP, PPI) names. */
struct packet_unknown_link {
	int link_type; /* LINKTYPE_ number; -1: all those beyond the first PACKET_UNKNOWN_LINKS together */
	uint64_t frames;
	struct frame_ref first;
};

struct packet;

/*
 * A packet stage that calls |sink| with |context| for every segment; the segment and what it points to live for the time
 * of that call. NULL where memory is short. Owner: the caller, who gives it back with packet_destroy.
 */
struct packet *packet_create(const struct packet_config *config, segment_sink *sink, void *context);
/* Takes NULL too. Nothing is handed up any more. */
void packet_destroy(struct packet *p);

/* Reads one frame, which is not kept; the sink is called before this returns. No frame is refused. */
enum packet_outcome packet_push(struct packet *p, const struct frame *frame);
/* Packet time has come to |now|: fragments that waited too long are given up. Needed only where no frames come. */
void packet_flush(struct packet *p, tstamp now);
/* The input has ended: all fragments are given up. Counters and unknown links can be read until packet_destroy. */
void packet_finish(struct packet *p);

/* Both live as long as |p| and change with every push. */
const struct packet_counters *packet_counters(const struct packet *p);
/* The link types met that have no layer, in order of first frames; |*count| of them. */
const struct packet_unknown_link *packet_unknown_links(const struct packet *p, size_t *count);

#endif
