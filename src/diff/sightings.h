/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sightings: all sessions of one capture, from two passes over it: the records of the first one say which sessions there are, the
 * segments of the second one what they consist of.
 */
#ifndef SMTPSCOPE_SIGHTINGS_H
#define SMTPSCOPE_SIGHTINGS_H

#include "cut_table.h"
#include "dialogue_recorder.h"
#include "report.h"
#include "sighting.h"

struct sightings {
	struct sighting **list; /* in the order in which the sessions ended, then by number; owned */
	size_t count, capacity;
	bool dialogues;	    /* keep the dialogues, too: set it before the first pass */
	uint64_t only;	    /* number of the only session to keep; 0: all. Likewise */
	uint64_t also;	    /* a second one */
	uint64_t seen;	    /* sessions in the capture */
	tstamp first, last; /* times of its packets */
	bool incomplete;    /* a bound was reached */
	/* private */
	struct dialogue_recorder recorder;
	struct dialogue_store store;
	struct buf scratch;
	struct cut_table table;
	size_t bytes;
};

/* Returns false if memory runs out. |secret|: for the hash of its table. */
bool sightings_init(struct sightings *s, const uint64_t secret[static 2]);
/* Accepts a zeroed one. */
void sightings_finish(struct sightings *s);
/* Between the passes. Returns false if memory runs out. */
bool sightings_prepare(struct sightings *s);
/* A segment of the second pass. */
void sightings_segment(struct sightings *s, const struct segment *segment, const struct packet_trace *trace);
/* Returns session |number|, or NULL. */
struct sighting *sightings_find(const struct sightings *s, uint64_t number);

/* The format of the first pass: fills the sightings that are |context| of its configuration, and writes nothing. */
extern const struct report_format sightings_format;

#endif
