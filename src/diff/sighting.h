/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sighting: what one capture shows of one session: the bytes of both streams as far as they were captured, every transmission, the
 * lines of the dialogue, and the options of the handshake. Offsets count from the first byte of the dialogue; the SYN is before it.
 */
#ifndef SMTPSCOPE_SIGHTING_H
#define SMTPSCOPE_SIGHTING_H

#include "buf.h"
#include "dialogue_store.h"
#include "marks.h"
#include "packet_trace.h"
#include "record.h"

enum {
	SIGHTING_STREAM = 256 * 1024,	    /* bytes compared of each direction of a session */
	SIGHTING_TRANSMISSIONS = 16384,	    /* transmissions examined of a session */
	SIGHTING_LINES = 4096,		    /* lines of the dialogue kept of a session */
	SIGHTING_LINE_KEPT = 300,	    /* bytes shown of a line */
	SIGHTING_RANGES = 64,		    /* pieces between gaps, of each direction of a session */
	SIGHTING_OPTIONS = 20,		    /* TCP options of a SYN */
	SIGHTING_SESSIONS = 65536,	    /* sessions kept of a capture */
	SIGHTING_BYTES = 512 * 1024 * 1024, /* memory of all streams and transmissions of a capture */
};

#define SIGHTING_NEVER INT64_MAX

enum line_kind { LINE_GREETING, LINE_OFFER, LINE_REPLY, LINE_COMMAND };

/* A line of the dialogue. */
struct sighted_line {
	int64_t offset; /* of one of its bytes */
	enum direction direction;
	enum line_kind kind;
	char *text; /* owned; credentials are masked; bytes from the wire: escape them */
};

/* A segment that was captured. SYN and FIN take a place in the sequence, as on the wire. */
struct transmission {
	int64_t start;
	int64_t ack; /* what it acknowledges of the other direction; valid if |has_ack| */
	tstamp time;
	uint64_t frame;
	uint32_t seq, acknowledged; /* numbers of the header, as they are on the wire */
	uint32_t length;	    /* 0: it takes no place */
	enum direction direction;
	uint8_t flags; /* of enum tcp_flag */
	uint8_t ttl;
	bool has_ack;
};

/* Bytes of a stream that were captured without a gap. */
struct sighted_range {
	size_t from, to;
};

/* The handshake segment of one side. */
struct sighted_syn {
	bool seen;
	uint32_t seq;
	uint16_t ip_id;
	uint64_t frame;
	tstamp time;
	struct segment_options options;
	uint8_t kinds[SIGHTING_OPTIONS]; /* option kinds in their order, without padding */
	size_t kind_count;
};

struct sighted_stream {
	struct sighted_syn syn;
	uint8_t *bytes; /* owned; SIGHTING_STREAM at most */
	size_t capacity;
	struct sighted_range ranges[SIGHTING_RANGES]; /* in order, not touching each other */
	size_t range_count;
	bool more;		   /* there were bytes beyond those kept */
	int64_t tls_from;	   /* the bytes from here on are TLS; SIGHTING_NEVER: none are */
	int64_t lines_end;	   /* behind the last line of the dialogue */
	uint8_t ttl_low, ttl_high; /* of segments other than resets; 0: none */
	bool begun;		   /* the next two are set */
	int64_t newest;		   /* offset of the newest segment */
	uint32_t newest_seq;
	int64_t end; /* offset of its FIN; SIGHTING_NEVER: not seen */
};

struct sighting {
	struct session_marks marks; /* first: a pointer to it is one to the sighting. Without patches */
	struct kept_dialogue kept;  /* with dialogues only */
	char *headline, *advice;    /* owned; of its verdict; NULL: none */
	enum session_outcome outcome;
	tstamp start, end;
	bool from_start; /* the beginning of both streams was captured */
	struct sighted_stream side[2];
	struct sighted_line *lines; /* in the order of their records; owned */
	size_t line_count, line_capacity, line_bytes;
	struct transmission *sent; /* in the order of the capture; owned */
	size_t sent_count, sent_capacity;
	bool incomplete;	  /* a bound was reached: the rest is not compared */
	struct sighting *partner; /* the same session in the other capture; NULL: none found */
};

/* Accepts NULL. Frees the sighting, too. */
void sighting_destroy(struct sighting *s);
/* Adds the lines of an event of the session. |scratch| is overwritten; it must be able to grow. */
void sighting_event(struct sighting *s, const struct smtp_event *event, struct buf *scratch);
/* Adds a segment of direction |d|; |trace|: where its headers are. Returns the bytes of memory it has taken. */
size_t sighting_segment(struct sighting *s, enum direction d, const struct segment *segment,
			const struct packet_trace *trace);
/* Returns the line of direction |d| with a byte in [from, to), or NULL. */
const struct sighted_line *sighting_line(const struct sighting *s, enum direction d, int64_t from, int64_t to);

/* The first transmission with the byte of direction |d| at |offset|, or NULL. */
const struct transmission *sighting_carrier(const struct sighting *s, enum direction d, int64_t offset);
/* The first EHLO reply of the session's dialogue, or NULL. */
const struct entry *sighting_hello(const struct sighting *s);

#endif
