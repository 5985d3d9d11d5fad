/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline: merges the frames of several capture files into one sequence, ordered by time. Frames of one file
 * are never reordered: if its clock steps back, the file keeps its latest time as sort key. If two files have
 * the same time, the first on the command line goes first. A single file is read as it is.
 */
#ifndef SMTPSCOPE_TIMELINE_H
#define SMTPSCOPE_TIMELINE_H

#include "frame.h"
#include "pcapng.h"

struct read_watch;
struct timeline;

struct timeline_options {
	/* "-": standard input. The strings must stay valid as long as the timeline. */
	const char *const *paths;
	uint32_t count;		 /* number of paths */
	pcapng_secrets *secrets; /* receives the TLS secrets in the files, each once; may be NULL */
	void *secrets_context;
	/* Receives what the files say about their interfaces; twice if a file is opened twice. May be NULL. */
	description_sink *describe;
	void *describe_context;
	const struct read_watch *watch; /* of all inputs (compressed.h); must outlive the timeline; NULL: none */
};

/*
 * Up to this many files are all opened at once. With more (rotated files), only the time of each first packet
 * is read, and a file is opened again when that time is reached. Standard input and pipes, which cannot be
 * opened twice, stay open.
 */
#define TIMELINE_OPEN_AT_ONCE 16

/*
 * Opens the files. A file that cannot be opened, or is damaged, does not stop the others: see timeline_error.
 * Returns NULL if memory runs out.
 */
struct timeline *timeline_create(const struct timeline_options *options);
void timeline_destroy(struct timeline *t);

/* Returns the next frame, valid until the next call, or NULL at the end of all files. */
const struct frame *timeline_next(struct timeline *t);
/* Passes all remaining frames to |sink|. */
void timeline_run(struct timeline *t, frame_sink *sink, void *context);

/*
 * Returns error |index| (from 0), one line per file, in order of occurrence; NULL past the last. Valid as
 * long as |t|.
 */
const char *timeline_error(const struct timeline *t, size_t index);
/* Returns whether |options.secrets| may be called after frames whose TLS records the secrets open. */
bool timeline_may_have_secrets(const struct timeline *t);
/* Number of frames delivered so far, and their bytes on the wire. */
uint64_t timeline_packets(const struct timeline *t);
uint64_t timeline_bytes(const struct timeline *t);

#endif
