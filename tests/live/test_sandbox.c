/* SPDX-License-Identifier: BSD-2-Clause */
/* Each call is made in a process of its own that has entered the sandbox. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pcre2.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "scratch.h"

static int directory, other_directory;

/* True where the system can do it; the child has entered it then. */
static bool enter(bool serves)
{
	struct sandbox_needs needs = { .directories = &directory, .directory_count = 1, .serves = serves };
	struct buf error;
	bool entered;

	buf_init(&error, 512);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	entered = sandbox_enter(&needs, &error);
	if (!entered)
		printf("skipped: %s\n", buf_string(&error));
	fflush(stdout);
	buf_finish(&error);
	return entered;
}

enum { FINE = 0, REFUSED = 3, SKIPPED = 4, KILLED = 1000 };

/* What becomes of a call: its own answer, or the signal that ended it. */
static int outcome(int (*call)(void), bool serves)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (!enter(serves))
			_exit(SKIPPED);
		_exit(call());
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		return KILLED + WTERMSIG(status);
	return WEXITSTATUS(status);
}

static int refused_or_not(long result)
{
	return result >= 0 ? FINE : errno == EACCES ? REFUSED : 9;
}

static int make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? FINE : 9;
}

static int run_program(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int make_process(void)
{
	return fork() >= 0 ? FINE : 9;
}

static int trace(void)
{
	return (int)syscall(SYS_ptrace, 0, 0, 0, 0);
}

static int become_root(void)
{
	return setuid(0);
}

static int open_absolute(void)
{
	return refused_or_not(open("/etc/passwd", O_RDONLY));
}

static int open_elsewhere(void)
{
	return refused_or_not(openat(other_directory, "passwd", O_RDONLY));
}

static int open_output(void)
{
	return refused_or_not(openat(directory, "output", O_WRONLY | O_CREAT, 0600));
}

static int rename_output(void)
{
	int fd = openat(directory, "output", O_WRONLY | O_CREAT, 0600);

	close(fd);
	return refused_or_not(renameat(directory, "output", directory, "output.1"));
}

static int rename_away(void)
{
	return refused_or_not(renameat(directory, "output.1", other_directory, "x"));
}

static int take_memory(void)
{
	return refused_or_not(
	    (long)mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static int take_executable_memory(void)
{
	return refused_or_not((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

/* Patterns that are compiled later still match, without JIT. */
static int match_a_pattern(void)
{
	int error;
	PCRE2_SIZE at;
	pcre2_code *code =
	    pcre2_compile((PCRE2_SPTR) "^([0-9]+) ok$", PCRE2_ZERO_TERMINATED, 0, &error, &at, NULL);
	pcre2_match_data *match = pcre2_match_data_create(4, NULL);
	int jit = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);

	return jit != 0 && pcre2_match(code, (PCRE2_SPTR) "250 ok", 6, 0, 0, match, NULL) == 2 ? FINE : 9;
}

static int accept_nothing(void)
{
	return accept4(-1, NULL, NULL, 0) < 0 && errno == EBADF ? FINE : 9;
}

static void prepare(void)
{
	if (directory)
		return;
	directory = open(scratch_directory(), O_RDONLY | O_DIRECTORY);
	other_directory = open("/etc", O_RDONLY | O_DIRECTORY);
}

static bool skips(void)
{
	prepare();
	return outcome(take_memory, false) == SKIPPED;
}

START_TEST(what_no_reader_does_ends_it)
{
	int (*const calls[])(void) = { make_socket, run_program,    make_process, trace,
				       become_root, open_elsewhere, rename_away };

	if (skips())
		return;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		ck_assert_msg(outcome(calls[i], true) == KILLED + SIGSYS, "call %zu: %d", i,
			      outcome(calls[i], true));
}
END_TEST

START_TEST(what_libraries_try_is_refused)
{
	if (skips())
		return;
	ck_assert_int_eq(outcome(open_absolute, false), REFUSED);
	ck_assert_int_eq(outcome(take_executable_memory, false), REFUSED);
	ck_assert_int_eq(outcome(match_a_pattern, false), FINE);
}
END_TEST

START_TEST(outputs_can_be_begun_anew)
{
	if (skips())
		return;
	ck_assert_int_eq(outcome(take_memory, false), FINE);
	ck_assert_int_eq(outcome(open_output, false), FINE);
	ck_assert_int_eq(outcome(rename_output, false), FINE);
}
END_TEST

START_TEST(only_who_serves_takes_connections)
{
	if (skips())
		return;
	ck_assert_int_eq(outcome(accept_nothing, true), FINE);
	ck_assert_int_eq(outcome(accept_nothing, false), KILLED + SIGSYS);
}
END_TEST

START_TEST(root_becomes_somebody_else_for_good)
{
	struct sandbox_account account;
	struct buf error;

	buf_init(&error, 512);
	if (geteuid() == 0) {
		ck_assert(!sandbox_find_account(&account, "no-such-user", &error));
		buf_clear(&error);
		ck_assert(sandbox_find_account(&account, "nobody", &error));
		ck_assert_msg(sandbox_drop(&account, &error), "%s", buf_string(&error));
		ck_assert_uint_eq(geteuid(), account.uid);
		ck_assert_int_ne(setuid(0), 0);
		ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
		ck_assert_int_eq(prctl(PR_CAPBSET_READ, 13, 0, 0, 0), 0); /* CAP_NET_RAW */
	} else {
		ck_assert(sandbox_find_account(&account, NULL, &error));
		ck_assert_ptr_null(account.name);
		ck_assert(!sandbox_find_account(&account, "nobody", &error));
	}
	buf_finish(&error);
}
END_TEST

SUITE("sandbox", what_no_reader_does_ends_it, what_libraries_try_is_refused, outputs_can_be_begun_anew,
      only_who_serves_takes_connections, root_becomes_somebody_else_for_good)
