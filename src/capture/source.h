/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source: a sequence of frames. Each kind of file (classic pcap, pcapng) provides a table of functions;
 * callers use only the functions below.
 */
#ifndef SMTPSCOPE_SOURCE_H
#define SMTPSCOPE_SOURCE_H

#include "buf.h"
#include "frame.h"
#include "pcapng.h"

struct read_watch;
struct source;

struct source_kind {
	/* Like source_next. */
	int (*next)(struct source *s, struct frame *frame);
	/* Like source_run. NULL: call |next| repeatedly. */
	int (*run)(struct source *s, frame_sink *sink, void *context);
	/* Frees everything but |error|, including the source itself. */
	void (*close)(struct source *s);
};

/* The part all kinds share; the struct of each kind begins with it. */
struct source {
	const struct source_kind *kind;
	uint32_t file;	       /* for frame.ref.file */
	bool may_have_secrets; /* files of this kind can have TLS secrets between or behind their packets */
	struct buf error;      /* after damage: the complete message, including the file name */
};

#define SOURCE_BUFFER_SIZE                                                                                   \
	((size_t)1 << 16) /* fits into the second cache: with 1 MiB, files of bodies take half as long again */
#define SOURCE_ERROR_LIMIT 8192 /* bytes of an error message; longer than the longest path */

struct source_options {
	const char *path;	 /* "-": standard input. Must stay valid as long as the source. */
	uint32_t file;		 /* index for frame.ref.file */
	size_t buffer_size;	 /* bytes read at once; about the memory used */
	pcapng_secrets *secrets; /* receives TLS secrets in the file; may be NULL */
	void *secrets_context;
	description_sink *describe; /* receives what the file says about its interfaces; may be NULL */
	void *describe_context;
	const struct read_watch *watch; /* compressed.h; must outlive the source; NULL: none */
};

/*
 * Opens a capture file of any kind, compressed or not. Returns NULL, and the reason as one line in |error|,
 * if it cannot be opened or is not a capture: "FILE: No such file or directory", "FILE: not a capture file:
 * it looks like text".
 */
struct source *source_open(const struct source_options *options, struct buf *error);

/*
 * Reads the next frame. Returns a value > 0 if there is one (its bytes are valid until the next call), 0 at
 * the end, and < 0 if the rest is damaged, truncated or unreadable, see source_error. Must not be called
 * again after a result <= 0. Times are within +-2^62 ns.
 */
static inline int source_next(struct source *s, struct frame *frame)
{
	return s->kind->next(s, frame);
}

/* Passes all remaining frames to |sink|, faster than one by one. Returns a value <= 0, like source_next. */
int source_run(struct source *s, frame_sink *sink, void *context);

/*
 * Returns the error, such as "FILE: packet 18, byte 2345: the file ends within the packet (40 bytes
 * missing)". Valid as long as the source.
 */
const char *source_error(struct source *s);

/* Returns whether TLS secrets may come behind packets: files of this kind can have them anywhere. */
static inline bool source_may_have_secrets(const struct source *s)
{
	return s->may_have_secrets;
}

/* Closes |s|; accepts NULL. */
void source_close(struct source *s);

#endif
