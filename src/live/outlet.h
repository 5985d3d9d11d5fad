/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outlet: an output file that can be rotated while it is written: when it is too large or too old (FILE
 * becomes FILE.1, that FILE.2 and so on), or when another program has renamed it and sends a signal. Its
 * directory is opened once at the start; nothing else is opened later.
 */
#ifndef SMTPSCOPE_OUTLET_H
#define SMTPSCOPE_OUTLET_H

#include "buf.h"
#include "tstamp.h"
#include "whole_file.h"

struct outlet_config {
	const char *path;     /* NULL: standard output, which is never rotated. Must outlive the outlet. */
	uint64_t size;	      /* bytes after which a new file is started; 0: no limit */
	tstamp age;	      /* ns after which a new file is started; 0: no limit */
	unsigned keep;	      /* old files to keep, at least 1 */
	bool append;	      /* continue an existing file; otherwise it becomes FILE.1 */
	enum whole_unit unit; /* what is written whole or not at all if the disk is full */
};

struct outlet {
	struct outlet_config config;
	struct span head;	  /* the first bytes of each file */
	FILE *file;		  /* where to write; the same for all files. NULL: not open */
	struct whole_file *whole; /* what is behind |file|; owned */
	int directory;		  /* -1: none */
	const char *name;	  /* name in the directory; without one, what errors call it, or NULL */
	tstamp begun;		  /* start of the current file; TSTAMP_NONE: not known yet */
	uint64_t rotations;
	char *directory_path; /* owned */
};

/* Opens it. Returns false, and a line in |error|, on failure. */
bool outlet_init(struct outlet *o, const struct outlet_config *config, struct buf *error);
/*
 * Like outlet_init, for a file that the caller has opened as |fd|. It is never rotated, and |fd| stays open when the outlet is
 * finished. Errors call it |name|, which must outlive the outlet.
 */
bool outlet_init_open(struct outlet *o, int fd, const char *name, enum whole_unit unit, struct buf *error);
/*
 * Sets the first bytes of each file, including the current one; |head| must outlive the outlet. Call it
 * before anything is written.
 */
void outlet_set_head(struct outlet *o, struct span head);
/*
 * Flushes the output. Starts a new file if the current one is too large or, at |now|, too old: call it
 * between records. Returns false, and a line in |error|, if something could not be written; it can be called
 * again.
 */
bool outlet_flush(struct outlet *o, tstamp now, struct buf *error);
/* Opens the file by its name again, after another program has renamed it. */
bool outlet_reopen(struct outlet *o, struct buf *error);
/* Gives the file to a user, so that the program can continue it after switching to that user. */
bool outlet_give(const struct outlet *o, unsigned uid, unsigned gid, struct buf *error);
/* Records that could not be written. */
uint64_t outlet_lost(const struct outlet *o);
/* Closes it. Returns false, and a line in |error|, if the rest could not be written. */
bool outlet_finish(struct outlet *o, struct buf *error);

#endif
