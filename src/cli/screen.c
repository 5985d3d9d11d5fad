/* SPDX-License-Identifier: BSD-2-Clause */
#include "screen.h"

#include "notice.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHELL_NOT_FOUND = 127 };

static bool on_path(const char *program)
{
	const char *path = getenv("PATH");
	char name[4096];

	for (; path && *path; path += strcspn(path, ":"), path += *path == ':') {
		snprintf(name, sizeof name, "%.*s/%s", (int)strcspn(path, ":"), path, program);
		if (access(name, X_OK) == 0)
			return true;
	}
	return false;
}

const char *screen_pager(FILE *out)
{
	const char *pager = getenv("PAGER"), *terminal = getenv("TERM");

	if (!isatty(fileno(out)) || (terminal && strcmp(terminal, "dumb") == 0))
		return NULL;
	if (!pager)
		return on_path("less") ? "less" : NULL;
	return *pager && strcmp(pager, "cat") != 0 ? pager : NULL;
}

/* In the child: becomes the pager, which reads from |fd|. */
static _Noreturn void become_pager(const char *pager, int fd)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* End at once if all fits on the screen, keep colors, leave the text there. */
	setenv("LESS", "FRX", 0);
	dup2(fd, STDIN_FILENO);
	execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
	_exit(SHELL_NOT_FOUND);
}

/* Decides where the output goes. */
static void start(struct screen *s)
{
	int ends[2];

	s->fd = STDOUT_FILENO;
	if (!s->pager || pipe(ends) != 0)
		return;
	s->child = fork();
	if (s->child == 0) {
		close(ends[1]);
		become_pager(s->pager, ends[0]);
	}
	close(ends[0]);
	if (s->child > 0) {
		s->fd = ends[1];
	} else {
		s->child = 0;
		close(ends[1]);
	}
}

static ssize_t screen_write(void *cookie, const char *text, size_t size)
{
	struct screen *s = cookie;
	size_t written = 0;

	progress_clear(s->progress);
	if (s->fd < 0)
		start(s);
	if (s->child || s->silent)
		s->progress->wanted = false;
	while (written < size && !s->gone) {
		ssize_t count = write(s->fd, text + written, size - written);

		if (count >= 0)
			written += (size_t)count;
		else if (errno == EPIPE)
			s->gone = true; /* the reader has seen enough, which is not an error */
		else if (errno != EINTR)
			return 0;
	}
	return (ssize_t)size;
}

FILE *screen_open(struct screen *s, const char *pager, struct progress *progress)
{
	static const cookie_io_functions_t functions = { .write = screen_write };
	struct stat facts;

	*s = (struct screen){ .progress = progress, .pager = pager, .fd = -1 };
	s->silent = fstat(STDOUT_FILENO, &facts) == 0 && S_ISFIFO(facts.st_mode);
	signal(SIGPIPE, SIG_IGN);
	return fopencookie(s, "w", functions);
}

bool screen_close(struct screen *s)
{
	int status = 0;

	progress_clear(s->progress);
	if (!s->child)
		return true;
	close(s->fd);
	while (waitpid(s->child, &status, 0) < 0 && errno == EINTR)
		;
	s->child = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != SHELL_NOT_FOUND)
		return true;
	notice("smtpscope: the pager '%s' could not be run; --no-pager does without, PAGER names another\n",
	       s->pager);
	return false;
}
