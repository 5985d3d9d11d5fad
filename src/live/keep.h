/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keep: writes the packets of selected sessions to a pcap file with nanosecond timestamps. A session's packets
 * wait in memory until it ends: only then is everything in them read, and all credentials that must not be
 * written are known. The packets of one session are in order in the file; sessions may not be.
 */
#ifndef SMTPSCOPE_KEEP_H
#define SMTPSCOPE_KEEP_H

#include "criteria.h"
#include "frame.h"
#include "outlet.h"
#include "packet_trace.h"
#include "record.h"
#include "segment.h"

enum {
	KEEP_WHOLE = 1024 * 1024, /* bytes of a session's packets kept completely; later packets are cut to */
	KEEP_CUT = 160,		  /* this many bytes, enough for the headers */
	KEEP_SESSION = 8 * 1024 * 1024, /* bytes of a session's waiting packets */
	KEEP_FRAGMENTS = 1024,		/* latest IP fragments whose datagram may still become complete */
	KEEP_FRAGMENT = 9 * 1024,	/* bytes of such a packet */
};

struct keep;

struct keep_config {
	struct outlet *outlet;		 /* owned by the caller; must outlive it */
	const struct criteria *criteria; /* selects the sessions; must outlive it */
	bool show_secrets;		 /* credentials are written */
	uint64_t memory;		 /* bytes that may wait in total */
	struct account *account;	 /* charged with what waits; must outlive it; NULL: none */
	uint64_t secret[2];		 /* for the hash of the table */
};

/* Returns NULL if memory runs out. */
struct keep *keep_create(const struct keep_config *config);
/* Accepts NULL. Discards waiting packets. */
void keep_destroy(struct keep *k);

/* Sets the frame that is passed to the pipeline next; it must stay valid until the pipeline returns. */
void keep_frame(struct keep *k, const struct frame *frame);
/* The calls of a pipeline_observer; |keep| is a struct keep. */
void keep_record(void *keep, const struct record *record);
void keep_segment(void *keep, const struct segment *segment, const struct packet_trace *trace);

/* Like outlet_flush and outlet_reopen. */
bool keep_flush(struct keep *k, tstamp now, struct buf *error);
bool keep_reopen(struct keep *k, struct buf *error);
/*
 * Packets dropped because there was no room, their link type differs from the file's, or their credentials could
 * not be replaced; packets written.
 */
uint64_t keep_lost(const struct keep *k);
uint64_t keep_written(const struct keep *k);
/* Of those written: packets that did not reach the file. */
uint64_t keep_unwritten(const struct keep *k);

#endif
