/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outlet: an output file that can be begun anew while it is written: when it has grown too large or too old (FILE becomes
 * FILE.1, that FILE.2 and so on), or when somebody moved it away and says so. Its directory is opened once at the start;
 * nothing else is opened later.
 */
#ifndef SMTPSCOPE_OUTLET_H
#define SMTPSCOPE_OUTLET_H

#include "buf.h"
#include "tstamp.h"

#include <stdio.h>

struct outlet_config {
	const char *path; /* NULL: standard output, which is never begun anew. Has to outlive the outlet. */
	uint64_t size;	  /* bytes after which a new file is begun; 0: no limit */
	tstamp age;	  /* ns after which one is; 0: no limit */
	unsigned keep;	  /* older files kept, at least 1 */
	bool append;	  /* a file that is there is continued; else it becomes FILE.1 */
};

struct outlet {
	struct outlet_config config;
	struct span head; /* what each file begins with */
	FILE *file;	  /* where to write; the same for all files */
	int directory;	  /* -1: none */
	const char *name; /* within it */
	tstamp begun;	  /* when the file at hand was; TSTAMP_NONE: not known yet */
	uint64_t rotations;
	char *directory_path; /* owned */
	char *buffer;	      /* of the file; owned */
};

/* Opens it. False, and a line in |error|, where that fails. */
bool outlet_init(struct outlet *o, const struct outlet_config *config, struct buf *error);
/* What each file begins with, the one at hand too; has to outlive the outlet. To be called before anything is written. */
void outlet_set_head(struct outlet *o, struct span head);
/*
 * Hands on what was written. A new file is begun where the one at hand is too large or, at |now|, too old: to be called
 * between records. False, and a line in |error|, where something could not be written; it can be called again.
 */
bool outlet_flush(struct outlet *o, tstamp now, struct buf *error);
/* Opens the file by its name once more: somebody has moved the one at hand away. */
bool outlet_reopen(struct outlet *o, struct buf *error);
/* Gives the file to a user, so that the program can go on with it when it has become that one. */
bool outlet_give(const struct outlet *o, unsigned uid, unsigned gid, struct buf *error);
/* Closes it; false, and a line in |error|, where the rest could not be written. */
bool outlet_finish(struct outlet *o, struct buf *error);

#endif
