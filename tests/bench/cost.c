/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost: runs a program with its output discarded and prints its cost: CPU time in microseconds (user and
 * system), peak memory in KiB, and exit status. It is a separate program because a child inherits the peak
 * memory of the process that forked it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long microseconds(struct timeval time)
{
	return (long)time.tv_sec * 1000000 + (long)time.tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t child;

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
	printf("%ld %ld %d\n", microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
