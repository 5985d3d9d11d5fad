/* SPDX-License-Identifier: BSD-2-Clause */
/* jobs: how many threads `read` uses to analyze sessions. */
#ifndef SMTPSCOPE_JOBS_H
#define SMTPSCOPE_JOBS_H

#include "options.h"

/*
 * Returns the number of threads that analyze, of which one also reads (with 1, it only reads): what --jobs says, or else the number of processors that the program may run on,
 * at most 8. 0 where they would not help: for small files, on a single processor, and for a pipe, whose sessions are shown as they come.
 * With --keylog it is 0, because the secrets are those of one analysis.
 */
size_t jobs_for(const struct options *o, char *const *paths, size_t count);

#endif
