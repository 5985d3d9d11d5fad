/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs.h"

#include <sched.h>
#include <string.h>
#include <sys/stat.h>

enum {
	MOST = 8,		    /* threads, unless more are asked for */
	WORTH_SHARING = 4096 * 1024 /* bytes of input; starting threads costs more than smaller ones */
};

static size_t processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
}

static bool is_worth_sharing(char *const *paths, size_t count)
{
	struct stat facts;
	off_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(paths[i], "-") == 0 || stat(paths[i], &facts) != 0 || !S_ISREG(facts.st_mode))
			return false;
		bytes += facts.st_size;
	}
	return bytes >= WORTH_SHARING;
}

size_t jobs_for(const struct options *o, char *const *paths, size_t count)
{
	size_t most = processors();

	if (o->keylog)
		return 0;
	if (o->jobs_given)
		return (size_t)o->jobs;
	if (most < 2 || !is_worth_sharing(paths, count))
		return 0;
	return most < MOST ? most : MOST;
}
