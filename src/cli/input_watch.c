/* SPDX-License-Identifier: BSD-2-Clause */
#include "input_watch.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { IDLE_AFTER = 200 /* ms without input */ };

/* Packets so close to the clock are live, and time passes for their sessions although no packet comes. */
static const tstamp LIVE_LAG = 60 * TSTAMP_SECOND;
/* Packets may still be on their way through a pipe. */
static const tstamp MARGIN = 2 * TSTAMP_SECOND;

static tstamp wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * TSTAMP_SECOND + t.tv_nsec;
}

static void read_signals(struct input_watch *w)
{
	struct signalfd_siginfo info;

	while (w->signals >= 0 && read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
		w->interrupted = w->stopped = true;
}

/* No input comes for now: the report shows what is known. */
static void show(struct input_watch *w)
{
	tstamp now = wall_clock();

	if (!w->idle && w->newest != TSTAMP_NONE) {
		tstamp lag = w->arrived - w->newest;

		w->lag = lag > -LIVE_LAG && lag < LIVE_LAG ? lag : TSTAMP_NONE;
	}
	if (w->newest != TSTAMP_NONE && w->lag != TSTAMP_NONE && now - w->lag - MARGIN > w->newest)
		pipeline_flush(w->pipeline, now - w->lag - MARGIN);
	pipeline_idle(w->pipeline);
	fflush(w->out);
	w->idle = true;
}

/* Waits until |fd| can be read. */
static void wait_for(struct input_watch *w, int fd)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN }, { .fd = w->signals, .events = POLLIN } };

	while (!w->stopped) {
		int count = poll(fds, 2, IDLE_AFTER);

		read_signals(w);
		if (count != 0 && fds[0].revents)
			return;
		if (count == 0)
			show(w);
		if (w->screen && w->screen->gone)
			w->stopped = true;
	}
}

static bool before(void *context, int fd)
{
	struct input_watch *w = context;
	struct stat facts;

	if (fstat(fd, &facts) == 0 && !S_ISREG(facts.st_mode))
		wait_for(w, fd);
	else
		read_signals(w);
	if (w->screen && w->screen->gone)
		w->stopped = true;
	return !w->stopped;
}

static void after(void *context, size_t bytes)
{
	struct input_watch *w = context;
	struct pipeline_counts counts;

	w->arrived = wall_clock();
	w->idle = false;
	progress_add(w->progress, bytes);
	if (!w->pipeline || !progress_due(w->progress))
		return;
	pipeline_count(w->pipeline, &counts);
	progress_show(w->progress, &counts);
}

void input_watch_init(struct input_watch *w, struct pipeline *pipeline, FILE *out, struct progress *progress,
		      const struct screen *screen)
{
	sigset_t set;

	*w = (struct input_watch){ .reads = { .before = before, .after = after, .context = w },
				   .pipeline = pipeline,
				   .out = out,
				   .progress = progress,
				   .screen = screen,
				   .signals = -1,
				   .newest = TSTAMP_NONE,
				   .lag = TSTAMP_NONE };
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
		w->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void unblock(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void input_watch_end(struct input_watch *w)
{
	progress_clear(w->progress);
	w->progress->wanted = false;
	read_signals(w);
	if (!w->screen || !w->screen->pager)
		unblock();
}

void input_watch_finish(struct input_watch *w)
{
	if (w->signals >= 0)
		close(w->signals);
	w->signals = -1;
	unblock();
}
