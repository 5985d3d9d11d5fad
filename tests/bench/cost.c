/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost: runs a program with its output discarded and prints its cost: CPU time in microseconds (user and
 * system), peak memory in KiB, exit status, and time by the clock in microseconds. It is a separate program because a child inherits the peak
 * memory of the process that forked it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long microseconds(struct timeval time)
{
	return (long)time.tv_sec * 1000000 + (long)time.tv_usec;
}

static long clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t child;
	long began = clock_now();

	if (argc < 2) {
		fputs("usage: cost PROGRAM [ARGUMENT]...\n", stderr);
		return 2;
	}
	child = fork();
	if (child == 0) {
		int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0)
			execv(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("cost");
		return 1;
	}
	printf("%ld %ld %d %ld\n", microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), clock_now() - began);
	return 0;
}
