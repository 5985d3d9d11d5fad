/* SPDX-License-Identifier: BSD-2-Clause */
#include "installed_memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, LINE_SIZE = 4096 };

/* Lowers |*least| to the number in the file at |path|, if it is one. "max" means no limit. */
static void lower_to_file(uint64_t *least, const char *path)
{
	FILE *file = fopen(path, "r");
	uint64_t limit;

	if (!file)
		return;
	if (fscanf(file, "%" SCNu64, &limit) == 1 && limit > 0 && limit < *least)
		*least = limit;
	fclose(file);
}

/* The limits of the control group |group| and of all groups that contain it. Shortens |group|. */
static void lower_to_group(uint64_t *least, const char *root, const char *mount, char *group, const char *name)
{
	char path[PATH_SIZE], *slash;

	do {
		int length = snprintf(path, sizeof path, "%s%s%s/%s", root, mount, group, name);

		if (length > 0 && (size_t)length < sizeof path)
			lower_to_file(least, path);
		slash = strrchr(group, '/');
		if (slash)
			*slash = 0;
	} while (slash);
}

/* A line of /proc/self/cgroup: number, controllers, path. Version 2 has no controllers. */
static void lower_to_line(uint64_t *least, const char *root, char *line)
{
	char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!group)
		return;
	*group++ = 0;
	controllers++;
	group[strcspn(group, "\n")] = 0;
	if (!*controllers)
		lower_to_group(least, root, "/sys/fs/cgroup", group, "memory.max");
	else if (strcmp(controllers, "memory") == 0)
		lower_to_group(least, root, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
}

uint64_t installed_memory(const char *root)
{
	uint64_t least = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	char path[PATH_SIZE], line[LINE_SIZE];
	struct rlimit space;
	FILE *groups;

	if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY && space.rlim_cur < least)
		least = space.rlim_cur;
	snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
	groups = fopen(path, "r");
	if (!groups)
		return least;
	while (fgets(line, sizeof line, groups))
		lower_to_line(&least, root, line);
	fclose(groups);
	return least;
}
