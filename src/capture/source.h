/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source: something that frames come from, one after the other. Each kind (classic pcap, pcapng; a live
 * interface is another) brings a table of functions; who reads sees only this.
 */
#ifndef SMTPSCOPE_SOURCE_H
#define SMTPSCOPE_SOURCE_H

#include "buf.h"
#include "frame.h"
#include "pcapng.h"

struct source;

struct source_kind {
	/* As source_next. */
	int (*next)(struct source *s, struct frame *frame);
	/* As source_run; NULL: |next| again and again does as well. */
	int (*run)(struct source *s, frame_sink *sink, void *context);
	/* Frees all but |error|, the source too. */
	void (*close)(struct source *s);
};

/* What all kinds share; theirs begin with it. */
struct source {
	const struct source_kind *kind;
	uint32_t file;	  /* for frame.ref.file */
	struct buf error; /* after damage: the whole text, file name included */
};

#define SOURCE_BUFFER_SIZE ((size_t)1 << 20) /* what is best for reading a file to its end */
#define SOURCE_ERROR_LIMIT 8192		     /* bytes of an error's text, more than the longest path */

struct source_options {
	const char *path;	 /* "-": standard input. Has to live as long as the source. */
	uint32_t file;		 /* index that its frames carry */
	size_t buffer_size;	 /* bytes read at once, and about the memory it takes */
	pcapng_secrets *secrets; /* where the file holds TLS secrets, they go here; may be NULL */
	void *secrets_context;
};

/*
 * Opens a capture file of any kind, compressed or not. NULL, and the reason as one line in |error|, where it
 * cannot be opened or is no capture: "FILE: No such file or directory", "FILE: not a capture file: it looks
 * like text".
 */
struct source *source_open(const struct source_options *options, struct buf *error);

/*
 * The next frame: above 0, and its bytes live until the next call; 0 at the end; below 0 where the rest is
 * damaged, cut short or unreadable, as source_error says. After 0 or less it is not called again. Times lie
 * between minus and plus 2^62 ns.
 */
static inline int source_next(struct source *s, struct frame *frame)
{
	return s->kind->next(s, frame);
}

/* Hands all frames that are left to |sink|, at less cost than one by one. Returns 0 or less, as source_next.
 */
int source_run(struct source *s, frame_sink *sink, void *context);

/* "FILE: packet 18, byte 2345: the file ends within the packet (40 bytes missing)"; lives as long as the
 * source. */
const char *source_error(struct source *s);

/* Closes it; NULL may be given. */
void source_close(struct source *s);

#endif
