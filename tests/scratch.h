/* SPDX-License-Identifier: BSD-2-Clause */
/* scratch: a directory for the files of one test, which is removed with them when the process ends. */
#ifndef SMTPSCOPE_TESTS_SCRATCH_H
#define SMTPSCOPE_TESTS_SCRATCH_H

#include "harness.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char scratch_path[40];
static pid_t scratch_owner;

static inline int scratch_remove_one(const char *path, const struct stat *facts, int type, struct FTW *at)
{
	(void)facts;
	(void)type;
	(void)at;
	return remove(path);
}

static inline void scratch_remove(void)
{
	/* Not at the end of a child process. */
	if (getpid() == scratch_owner)
		nftw(scratch_path, scratch_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Makes the directory; the same one in later calls. Returns its path, which lives as long as the process. */
static inline const char *scratch_directory(void)
{
	if (getpid() == scratch_owner)
		return scratch_path;
	snprintf(scratch_path, sizeof scratch_path, "/tmp/smtpscope_test_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scratch_path));
	scratch_owner = getpid();
	atexit(scratch_remove);
	return scratch_path;
}

#endif
