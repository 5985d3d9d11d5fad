/* SPDX-License-Identifier: BSD-2-Clause */
#include "installed_memory.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory that stands for the root of the file system. */
static char root[] = "/tmp/installed-memory-XXXXXX";

/* Writes |text| to the file at |path| below the root, and makes its directories. */
static void put(const char *path, const char *text)
{
	char full[400];
	FILE *file;

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(full, 0777);
		*slash = '/';
	}
	file = fopen(full, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void begin(void)
{
	strcpy(root, "/tmp/installed-memory-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
}

static void end(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -r '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

static uint64_t machine(void)
{
	return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}

START_TEST(test_no_group)
{
	begin();
	ck_assert_uint_eq(installed_memory(root), machine());
	put("/proc/self/cgroup", "");
	ck_assert_uint_eq(installed_memory(root), machine());
	put("/proc/self/cgroup", "0::/elsewhere\nnonsense\n");
	ck_assert_uint_eq(installed_memory(root), machine());
	end();
}
END_TEST

/* Version 2: the group itself, and every group that contains it, may have the limit. */
START_TEST(test_version_2)
{
	begin();
	put("/proc/self/cgroup", "0::/system.slice/smtpscope.service\n");
	put("/sys/fs/cgroup/system.slice/smtpscope.service/memory.max", "16777216\n");
	ck_assert_uint_eq(installed_memory(root), 16777216);
	put("/sys/fs/cgroup/system.slice/memory.max", "8388608\n");
	ck_assert_uint_eq(installed_memory(root), 8388608);
	put("/sys/fs/cgroup/memory.max", "4194304\n");
	ck_assert_uint_eq(installed_memory(root), 4194304);
	end();
}
END_TEST

/* Version 1: only the line of the memory controller counts. */
START_TEST(test_version_1)
{
	begin();
	put("/proc/self/cgroup", "5:cpu,cpuacct:/cpu\n4:memory:/mail\n1:name=systemd:/mail\n");
	put("/sys/fs/cgroup/memory/cpu/memory.limit_in_bytes", "1048576\n");
	put("/sys/fs/cgroup/mail/memory.max", "1048576\n");
	put("/sys/fs/cgroup/memory/mail/memory.limit_in_bytes", "33554432\n");
	ck_assert_uint_eq(installed_memory(root), 33554432);
	end();
}
END_TEST

START_TEST(test_no_limit)
{
	begin();
	put("/proc/self/cgroup", "0::/mail\n");
	put("/sys/fs/cgroup/mail/memory.max", "max\n");
	ck_assert_uint_eq(installed_memory(root), machine());
	put("/sys/fs/cgroup/mail/memory.max", "0\n");
	ck_assert_uint_eq(installed_memory(root), machine());
	put("/sys/fs/cgroup/mail/memory.max", "9223372036854771712\n");
	ck_assert_uint_eq(installed_memory(root), machine());
	end();
}
END_TEST

/* A limit of the address space counts like a group's. */
START_TEST(test_address_space)
{
	struct rlimit before, less;
	unsigned long pages;
	FILE *statm;
	int matched;

	if (getrlimit(RLIMIT_AS, &before) != 0)
		return;
	/* With an address sanitizer, the process already has more. */
	statm = fopen("/proc/self/statm", "r");
	if (!statm)
		return;
	matched = fscanf(statm, "%lu", &pages);
	fclose(statm);
	if (matched != 1 || (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) > machine() / 2)
		return;
	less = before;
	less.rlim_cur = machine() - 4096;
	if (less.rlim_cur > less.rlim_max || setrlimit(RLIMIT_AS, &less) != 0)
		return;
	begin();
	ck_assert_uint_eq(installed_memory(root), machine() - 4096);
	end();
	setrlimit(RLIMIT_AS, &before);
}
END_TEST

SUITE("cli/installed_memory", test_no_group, test_version_2, test_version_1, test_no_limit, test_address_space)
