/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen: standard output as people see it: through a pager if it is a terminal, and never mixed with the line about the progress.
 * The pager starts with the first output, so that the progress can be shown before.
 */
#ifndef SMTPSCOPE_SCREEN_H
#define SMTPSCOPE_SCREEN_H

#include "progress.h"

#include <sys/types.h>

struct screen {
	struct progress *progress;
	const char *pager; /* command for the shell; NULL: none */
	pid_t child;	   /* of the running pager; 0: it does not run */
	int fd;		   /* where output goes; -1: nothing was written yet */
	bool gone;	   /* the reader of the output has left, so that no more is needed */
	bool silent;	   /* the output is a pipe, probably to the same terminal */
};

/* The pager to use for |out|: NULL if it is not a terminal, or the user wants none ($PAGER is empty or "cat"). */
const char *screen_pager(FILE *out);
/*
 * Returns standard output as a stream, to be closed before |s|. |pager|: NULL for none. |progress| is cleared before each output.
 * Ignores SIGPIPE from now on. NULL if memory runs out.
 */
FILE *screen_open(struct screen *s, const char *pager, struct progress *progress);
/* Waits until the user has left the pager. Returns false if it could not be run; one line on standard error says so. */
bool screen_close(struct screen *s);

#endif
