/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * talk: a mail conversation written as text (tests/talks/README.md), turned into the TCP segments that carry it. For tests
 * only. A struct talk owns all memory its segments point to; talks made from another one by talk_change share that memory
 * and must be finished first.
 */
#ifndef SMTPSCOPE_TALK_H
#define SMTPSCOPE_TALK_H

#include "segment.h"
#include <stdio.h>

enum { TALK_ERROR_SIZE = 256 };

struct talk_segment {
	struct segment segment; /* payload: as captured; frame.number: 1-based among those captured, else 0 */
	struct span whole; /* the payload as sent; longer than segment.payload where the packet was cut */
	bool from_client;
	bool captured;	   /* false: it was sent, but is not in the capture */
	bool last_of_line; /* the last segment of what one line (or group) of the talk sends */
	bool odd; /* sent or captured out of turn (late, twice, again, overlapping): changes leave it alone */
	unsigned session; /* 0-based */
	unsigned line;	  /* of the talk, 1-based */
};

/* A line "expect ..." of the talk. */
struct talk_expect {
	unsigned line;		/* of the talk */
	unsigned session;	/* 0-based; the one that the talk was in */
	bool in_header;		/* stands in the header: about the whole, not about what was just said */
	uint64_t server_offset; /* stream bytes the server had sent in that session when it was said */
	char *text; /* what stands behind "expect"; of "allow" and "pending" lines, the whole line */
};

struct talk_session {
	char *name;
	struct endpoint client, server;
	uint32_t isn[2]; /* client's, server's */
};

/* Memory that lives as long as the talk. */
struct talk_memory;

struct talk {
	char *title;
	char *replay;		       /* value of the header's "replay", or NULL */
	char *options;		       /* value of the header's "options", or NULL */
	char *replies;		       /* value of the header's "replies", or NULL */
	struct talk_segment *segments; /* in the order of the capture */
	size_t count;
	struct talk_expect *expects;
	size_t expect_count;
	struct talk_session *sessions;
	size_t session_count;
	bool owner; /* of the expects; false in a talk made by talk_change */
	struct talk_memory *memory;
};

/*
 * Reads a talk. False, and |error| says "line N: what", where it is none; |*t| needs no talk_finish then. |text| need not
 * outlive the call.
 */
bool talk_parse(struct talk *t, const char *text, size_t length, char error[static TALK_ERROR_SIZE]);
/* The same from a file. */
bool talk_load(struct talk *t, const char *path, char error[static TALK_ERROR_SIZE]);
/* Gives all memory back; a zeroed talk may be given. */
void talk_finish(struct talk *t);

/* Hands every captured segment to |sink|, in the order of the capture. */
void talk_feed(const struct talk *t, segment_sink *sink, void *context);
/* Numbers the captured segments again from 1. */
void talk_number(struct talk *t);

enum talk_change_kind {
	TALK_SAME,   /* a plain copy */
	TALK_SWAP,   /* segments |at| and the next of its session change places */
	TALK_MERGE,  /* they become one segment */
	TALK_SPLIT,  /* segment |at| becomes two, the first with |offset| bytes */
	TALK_TWICE,  /* segment |at| is captured twice */
	TALK_AGAIN,  /* segment |at| is sent again, behind the next of its session */
	TALK_LOSE,   /* segment |at| is not captured */
	TALK_BURST,  /* |offset| segments from |at| on are not captured */
	TALK_SUFFIX, /* the first |at| segments are not captured */
	TALK_PREFIX, /* only the first |at| segments are captured */
};

struct talk_change {
	enum talk_change_kind kind;
	size_t at, offset;
};

/*
 * A talk that says the same with other segments. False, and |*to| left alone, where the change does not apply: swapped and
 * merged are only segments of one direction with the same acknowledgement, less than a second apart, neither of them odd.
 */
bool talk_change(struct talk *to, const struct talk *from, struct talk_change change);
/* At which bytes segments are split: every |small|-th of those with up to 64 bytes, every |large|-th of others. */
struct talk_steps {
	size_t small, large;
};

/* Steps with which a talk has about |most| splits: each byte of the small segments where that can be. */
struct talk_steps talk_steps_for(const struct talk *t, size_t most);
/*
 * The next change after |*change| in the order of their kinds; begin with a zeroed one. False after the
 * last. Only those that talk_change accepts are given.
 */
bool talk_change_next(const struct talk *t, struct talk_change *change, struct talk_steps steps);
/* "swap", "merge", ... */
const char *talk_change_name(enum talk_change_kind kind);
/* "swap 3", "split 4:17", ... */
void talk_change_text(char text[static 40], struct talk_change change);

/* How segments are wrapped in a capture. */
struct talk_layer;
/* The layer called |name|, or NULL. "ethernet" is the plain one. */
const struct talk_layer *talk_layer_find(const char *name);
/* The |index|-th layer's name; NULL after the last. */
const char *talk_layer_name(size_t index);
/* The LINKTYPE_ number its captures have. */
int talk_layer_link_type(const struct talk_layer *layer);

enum { TALK_PACKETS = 2, TALK_PACKET_SIZE = 68000 };

struct talk_packet {
	size_t length;	 /* bytes on the wire */
	size_t captured; /* of them, in the capture */
	uint8_t bytes[TALK_PACKET_SIZE];
};

/* Builds the packets (one; two for a layer that fragments) that carry |s|. Returns how many. */
size_t talk_packets(struct talk_packet packets[static TALK_PACKETS], const struct talk_segment *s,
		    const struct talk_layer *layer);
/* The header of a pcap file with time in nanoseconds. False where writing failed. */
bool talk_write_header(const struct talk_layer *layer, FILE *out);
/* One captured segment as its packets. */
bool talk_write_segment(const struct talk_segment *s, const struct talk_layer *layer, FILE *out);
/* A whole capture. */
bool talk_write_pcap(const struct talk *t, const struct talk_layer *layer, FILE *out);

#endif
