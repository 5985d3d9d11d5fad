/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line_match: lays two captures of one direction of a session over each other, line by line. Lines that were not captured whole match
 * nothing and prove nothing.
 */
#ifndef SMTPSCOPE_LINE_MATCH_H
#define SMTPSCOPE_LINE_MATCH_H

#include "sighting.h"

enum {
	LINE_MATCH_HUNKS = 256, /* places of a stream that differ; the comparison ends behind them */
	LINE_MATCH_WINDOW = 64, /* lines searched for the next ones that match */
};

struct stream_line {
	size_t at, length; /* in the stream; with the line end */
	uint64_t hash;
	size_t range; /* index of the range that holds it */
	bool whole;   /* captured from its beginning to its end */
};

/* Lines that differ, between lines that match. By capture: 0 or 1. */
struct line_hunk {
	size_t from[2], count[2];
	bool proven; /* nothing is missing around them in either capture */
};

struct line_match {
	const struct sighted_stream *streams[2];
	struct stream_line *lines[2]; /* owned */
	size_t counts[2];
	struct line_hunk hunks[LINE_MATCH_HUNKS];
	size_t hunk_count;
	bool gave_up; /* what follows the last hunk is too different to be compared */
	bool matched; /* there are lines that match, */
	int64_t shift; /* and the offset of the first of them in the second capture is that in the first one plus this */
	int64_t same_until; /* offset in the first capture up to which this shift is right */
};

/* Compares the streams up to where TLS begins. Returns false if memory runs out. |from_start|: both begin at the same byte. */
bool line_match_find(struct line_match *m, const struct sighted_stream *one,
		     const struct sighted_stream *other, bool from_start);
/* Calls |found| with the lines that match, in order. */
void line_match_each(const struct line_match *m,
		     void (*found)(void *context, const struct stream_line *one,
				   const struct stream_line *other),
		     void *context);
void line_match_finish(struct line_match *m);

#endif
