/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline: the frames of several capture files as one sequence in order of time. Frames of one file are
 * never reordered: where its clock steps back, the file stays at the latest time it had. Where two files have
 * the same time, the first on the command line goes first. One file alone is read as it is.
 */
#ifndef SMTPSCOPE_TIMELINE_H
#define SMTPSCOPE_TIMELINE_H

#include "frame.h"
#include "pcapng.h"

struct timeline;

struct timeline_options {
	const char *const *paths; /* "-": standard input. The texts have to live as long as the timeline. */
	uint32_t count;		  /* of paths */
	pcapng_secrets *secrets;  /* where files hold TLS secrets, they go here, once each; may be NULL */
	void *secrets_context;
};

/*
 * Files of which at most this many are given are opened at once. With more (rotated files) only the time of
 * each one's first packet is looked up, and it is opened when that time has come; standard input and pipes,
 * which cannot be opened twice, stay open.
 */
#define TIMELINE_OPEN_AT_ONCE 16

/*
 * Opens the files. Those that cannot be opened, or are damaged, do not stop the others: see timeline_error.
 * NULL where memory is short.
 */
struct timeline *timeline_create(const struct timeline_options *options);
void timeline_destroy(struct timeline *t);

/* The next frame, which lives until the next call, or NULL at the end of all files. */
const struct frame *timeline_next(struct timeline *t);
/* Hands all frames that are left to |sink|. */
void timeline_run(struct timeline *t, frame_sink *sink, void *context);

/* What was wrong, one line a file, in the order in which it was met; NULL where |index| (from 0) is past the
 * last. Lives as long as |t|. */
const char *timeline_error(const struct timeline *t, size_t index);
/* Frames handed out so far, and the bytes they had on the wire. */
uint64_t timeline_packets(const struct timeline *t);
uint64_t timeline_bytes(const struct timeline *t);

#endif
