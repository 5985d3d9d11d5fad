/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * talk: converts a mail conversation written as text (tests/talks/README.md) to the TCP segments that carry
 * it. For tests only. A struct talk owns all memory its segments point to. Talks made from it by talk_change
 * share that memory and must be finished first.
 */
#ifndef SMTPSCOPE_TALK_H
#define SMTPSCOPE_TALK_H

#include "segment.h"
#include <stdio.h>

enum { TALK_ERROR_SIZE = 256 };

struct talk_segment {
	/* payload: as captured; frame.number: 1-based among the captured ones, otherwise 0 */
	struct segment segment;
	struct span whole; /* the payload as sent; longer than segment.payload if the packet was truncated */
	bool from_client;
	bool captured;	   /* false: it was sent but is not in the capture */
	bool last_of_line; /* the last segment sent for one line (or group) of the talk */
	/* sent or captured out of order (late, twice, again, overlapping): changes leave it alone */
	bool odd;
	unsigned session; /* 0-based */
	unsigned line;	  /* of the talk, 1-based */
};

/* A line "expect ..." of the talk. */
struct talk_expect {
	unsigned line;		/* of the talk */
	unsigned session;	/* 0-based; the current session of the talk */
	bool in_header;		/* in the header: about the whole talk, not about the previous line */
	uint64_t server_offset; /* stream bytes the server had sent in that session before the line */
	char *text;		/* the text after "expect"; for "allow" and "pending", the whole line */
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
	char *replay;		       /* value of "replay" in the header, or NULL */
	char *options;		       /* value of "options" in the header, or NULL */
	char *replies;		       /* value of "replies" in the header, or NULL */
	struct talk_segment *segments; /* in the order of the capture */
	size_t count;
	struct talk_expect *expects;
	size_t expect_count;
	struct talk_session *sessions;
	size_t session_count;
	bool owner; /* owns the expects; false in a talk made by talk_change */
	struct talk_memory *memory;
};

/*
 * Reads a talk. Returns false, and "line N: what" in |error|, if it is malformed; |*t| then needs no
 * talk_finish. |text| need not outlive the call.
 */
bool talk_parse(struct talk *t, const char *text, size_t length, char error[static TALK_ERROR_SIZE]);
/* Reads a talk from a file. */
bool talk_load(struct talk *t, const char *path, char error[static TALK_ERROR_SIZE]);
/* Frees all memory. Accepts a zeroed talk. */
void talk_finish(struct talk *t);

/* Passes every captured segment to |sink|, in the order of the capture. */
void talk_feed(const struct talk *t, segment_sink *sink, void *context);
/* Renumbers the captured segments from 1. */
void talk_number(struct talk *t);

enum talk_change_kind {
	TALK_SAME,   /* a plain copy */
	TALK_SWAP,   /* swaps segment |at| and the next of its session */
	TALK_MERGE,  /* merges them into one segment */
	TALK_SPLIT,  /* splits segment |at|; the first part has |offset| bytes */
	TALK_TWICE,  /* segment |at| is captured twice */
	TALK_AGAIN,  /* segment |at| is sent again, after the next of its session */
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
 * Creates a talk with the same content in other segments. Returns false, and leaves |*to| unchanged, if the
 * change does not apply: only segments of one direction with the same acknowledgement, less than a second
 * apart and not odd, are swapped or merged.
 */
bool talk_change(struct talk *to, const struct talk *from, struct talk_change change);
/*
 * Where changes are made: at every |segment|-th segment. Segments are split at every |small|-th byte if they have up to 64 bytes, at
 * every |large|-th otherwise.
 */
struct talk_steps {
	size_t small, large, segment;
};

/*
 * Returns steps that give a talk about |most| splits; if possible, every byte of the small segments. Changes are made at |segments|
 * segments at most; 0: at all.
 */
struct talk_steps talk_steps_for(const struct talk *t, size_t most, size_t segments);
/*
 * Advances |*change| to the next change that talk_change accepts, in order of the kinds. Begin with a zeroed
 * one. Returns false after the last.
 */
bool talk_change_next(const struct talk *t, struct talk_change *change, struct talk_steps steps);
/* "swap", "merge", ... */
const char *talk_change_name(enum talk_change_kind kind);
/* "swap 3", "split 4:17", ... */
void talk_change_text(char text[static 40], struct talk_change change);

/* A proxy that opens the way to the server. */
struct talk_proxy;
/*
 * The proxy called |name| ("socks", "connect", "socks-joined", "connect-joined"), or NULL. "tls13", "tls13-two" and "tls12" are
 * none: the conversation is inside TLS (sealed.h), whose handshake takes the place of the exchange.
 */
const struct talk_proxy *talk_proxy_find(const char *name);
/* Segments of its exchange. */
size_t talk_proxy_segments(const struct talk_proxy *proxy);
/*
 * A talk that says the same through |proxy|: the exchange follows the handshake of each session, within the time before the
 * next segment. Segment |lost| of the exchange is not captured; SIZE_MAX: all are. False, and |*to| left alone, if no session has
 * a handshake without data. |*to| must be finished before |from|.
 */
bool talk_through(struct talk *to, const struct talk *from, const struct talk_proxy *proxy, size_t lost);

/* How segments are encapsulated in a capture. */
struct talk_layer;
/* Returns the layer named |name|, or NULL. "ethernet" is the plain one. */
const struct talk_layer *talk_layer_find(const char *name);
/* Returns the name of layer |index|, or NULL after the last. */
const char *talk_layer_name(size_t index);
/* The LINKTYPE_ number of its captures. */
int talk_layer_link_type(const struct talk_layer *layer);

enum { TALK_PACKETS = 2, TALK_PACKET_SIZE = 68000 };

struct talk_packet {
	size_t length;	 /* bytes on the wire */
	size_t captured; /* bytes in the capture */
	uint8_t bytes[TALK_PACKET_SIZE];
};

/* Builds the packets that carry |s|: one, or two for a layer that fragments. Returns their number. */
size_t talk_packets(struct talk_packet packets[static TALK_PACKETS], const struct talk_segment *s,
		    const struct talk_layer *layer);
/* Writes the header of a pcap file with nanosecond timestamps. Returns false if writing fails. */
bool talk_write_header(const struct talk_layer *layer, FILE *out);
/* Writes the packets of one captured segment. */
bool talk_write_segment(const struct talk_segment *s, const struct talk_layer *layer, FILE *out);
/* Writes a complete capture. */
bool talk_write_pcap(const struct talk *t, const struct talk_layer *layer, FILE *out);

#endif
