/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keep: the packets of sessions that deserve it, as a pcap file with nanoseconds. A session's packets wait in memory until it is
 * known: with `findings` until the first of warning or error, else until its end. In the file the packets of one session stand in
 * their order; sessions need not.
 */
#ifndef SMTPSCOPE_KEEP_H
#define SMTPSCOPE_KEEP_H

#include "criteria.h"
#include "frame.h"
#include "outlet.h"
#include "record.h"
#include "segment.h"

enum {
	KEEP_WHOLE = 1024 * 1024, /* bytes of a session's packets kept whole; then long ones are cut to */
	KEEP_CUT = 160,		  /* bytes, which are the headers */
	KEEP_SESSION = 8 * 1024 * 1024, /* bytes of a session's packets that wait */
};

struct keep;

struct keep_config {
	struct outlet *outlet;		 /* the caller's; has to outlive it */
	const struct criteria *criteria; /* which sessions; must outlive it */
	uint64_t memory;		 /* bytes that may wait in all */
	uint64_t secret[2];		 /* for the table's hash */
};

/* NULL where memory is short. */
struct keep *keep_create(const struct keep_config *config);
/* Takes NULL too. Packets that wait are forgotten. */
void keep_destroy(struct keep *k);

/* The frame that the pipeline is given next; has to live until it returns. */
void keep_frame(struct keep *k, const struct frame *frame);
/* Are a pipeline_observer's: |keep| is a struct keep. */
void keep_record(void *keep, const struct record *record);
void keep_segment(void *keep, const struct segment *segment);

/* As outlet_flush and outlet_reopen. */
bool keep_flush(struct keep *k, tstamp now, struct buf *error);
bool keep_reopen(struct keep *k, struct buf *error);
/* Packets of which there was no room, or whose link type differs from the file's; packets written. */
uint64_t keep_lost(const struct keep *k);
uint64_t keep_written(const struct keep *k);

#endif
