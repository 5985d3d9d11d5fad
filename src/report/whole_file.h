/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * whole_file: a stdio stream that writes records to a file descriptor, each whole or not at all. When the disk is full, what is there of a record is
 * taken back, and what follows is dropped up to the next record; so a reader of the file never finds half a line. Once there is room again, writing
 * goes on with the next record.
 *
 * Only regular files can be cut back; on others (a pipe, a terminal) a failed record may be there in part, and the next one begins on a new line.
 */
#ifndef SMTPSCOPE_WHOLE_FILE_H
#define SMTPSCOPE_WHOLE_FILE_H

#include "span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum whole_unit {
	WHOLE_LINES,	/* a record is a line */
	WHOLE_ANNOUNCED /* whole_file_record comes before each record */
};

enum { WHOLE_RECORD_MAX = 512 * 1024 };

struct whole_file {
	FILE *stream; /* to write to; closed by whole_file_finish */
	int fd;
	enum whole_unit unit;
	struct span head;     /* the first bytes of each file */
	bool headless;	      /* it could not be written yet */
	bool regular;	      /* the file can be cut back */
	size_t open;	      /* bytes of a record that is in the file without its end */
	bool broken;	      /* the next record is dropped up to its end, because its beginning is lost */
	bool torn;	      /* another file: a part of a line was written, and its end was not */
	size_t waiting_bytes; /* announced records in the buffer of the stream */
	uint64_t waiting_records; /* likewise */
	uint64_t lost;		  /* records that were dropped */
	int failed;		  /* errno of the last failure, 0: none since the last flush */
	char *buffer;		  /* of the stream; owned */
};

/* Opens a stream of |w| on |fd|, which stays open when it is finished. Returns false, and errno, on failure. */
bool whole_file_init(struct whole_file *w, int fd, enum whole_unit unit);
/* Sets the first bytes of each file, and writes them if the file is empty; |head| must outlive |w|. Call it before anything is written. */
void whole_file_set_head(struct whole_file *w, struct span head);
/* A record of |length| bytes follows, at most WHOLE_RECORD_MAX. */
void whole_file_record(struct whole_file *w, size_t length);
/* The descriptor refers to another file now. */
void whole_file_moved(struct whole_file *w);
/* Writes what the stream has buffered. Returns the errno of the first failure since the last call; 0: none. */
int whole_file_flush(struct whole_file *w);
/* Flushes and closes the stream, but not the descriptor. Returns like whole_file_flush. */
int whole_file_finish(struct whole_file *w);

#endif
