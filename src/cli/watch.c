/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch.h"

#include "memory.h"
#include "statistics.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
	TICK = 100,	 /* ms between looks at everything but packets; output is flushed then */
	BATCH = 2048,	 /* packets of an interface before signals are looked at */
	LAST_READ = 100, /* ms that reading what is still in the rings may take at the end */
	FDS = LIVE_INTERFACES_MAX + 2,
};

/* Packets may be this old when they are seen, and so much the clock runs ahead of them. */
static const tstamp MARGIN = 250 * TSTAMP_MILLISECOND;

/* Between complaints about outputs. */
static const tstamp SAY_AGAIN = 60 * TSTAMP_SECOND;

static tstamp clock_now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (tstamp)t.tv_sec * TSTAMP_SECOND + t.tv_nsec;
}

/* The capture's clock: that of this machine; of a replayed file that of its packets. */
static tstamp capture_now(const struct watch *w)
{
	if (!w->options->replay)
		return clock_now(CLOCK_REALTIME);
	return w->packet_time == TSTAMP_NONE ? 0 : w->packet_time;
}

int watch_block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Something went wrong that does not end the watch: said at once, and again in the summary. */
static void complain(struct watch *w, const char *text)
{
	fprintf(stderr, "smtpscope: %s\n", text);
	pipeline_error(w->pipeline, text);
}

static void on_frame(void *context, const struct frame *frame)
{
	struct watch *w = context;

	w->packet_time = frame->ref.time;
	if (w->keep)
		keep_frame(w->keep, frame);
	pipeline_push(w->pipeline, frame);
}

/************ outputs ************/

static void check_output(struct watch *w, bool good, struct buf *error)
{
	tstamp now = clock_now(CLOCK_MONOTONIC);

	if (good)
		return;
	if (errno == EPIPE) {
		w->stop = true; /* nobody reads any more; that is no fault */
	} else {
		/* A full disk stays full for a while. */
		if (!w->failed || now - w->complained > SAY_AGAIN) {
			complain(w, buf_string(error));
			w->complained = now;
		}
		w->failed = true;
	}
	buf_clear(error);
}

static void flush_outputs(struct watch *w, tstamp now)
{
	struct buf error;

	buf_init(&error, 1024);
	check_output(w, outlet_flush(w->output, now, &error), &error);
	if (w->keep)
		check_output(w, keep_flush(w->keep, now, &error), &error);
	buf_finish(&error);
}

static void reopen_outputs(struct watch *w)
{
	struct buf error;

	buf_init(&error, 1024);
	check_output(w, outlet_reopen(w->output, &error), &error);
	if (w->keep)
		check_output(w, keep_reopen(w->keep, &error), &error);
	buf_finish(&error);
}

/************ figures and bounds ************/

static void read_drops(struct watch *w)
{
	if (!w->options->replay)
		pipeline_dropped(w->pipeline, live_dropped(w->live), capture_now(w));
}

static void gather(const struct watch *w, struct statistics *s)
{
	*s = (struct statistics){ .memory = memory_in_use(),
				  .memory_limit = w->options->max_memory,
				  .seconds =
				      (uint64_t)((clock_now(CLOCK_MONOTONIC) - w->started) / TSTAMP_SECOND),
				  .live = w->live,
				  .kept_lost = w->keep ? keep_lost(w->keep) : 0 };
	pipeline_count(w->pipeline, &s->counts);
}

static void serve_metrics(struct watch *w)
{
	struct statistics statistics;

	if (!w->metrics)
		return;
	gather(w, &statistics);
	metrics_server_run(w->metrics, &statistics);
}

/* Too much memory is in use: the sessions used least recently end, until a tenth is free again. */
static void bound_memory(struct watch *w, tstamp now)
{
	uint64_t limit = w->options->max_memory;

	if (memory_in_use() <= limit)
		return;
	while (memory_in_use() > limit - limit / 10)
		for (int i = 0; i < 64; i++)
			if (!pipeline_evict(w->pipeline, now)) {
				memory_give_back();
				return;
			}
	memory_give_back();
}

/* All rings are empty, so nothing older than the clock can come. */
static void pass_time(struct watch *w)
{
	tstamp now = clock_now(CLOCK_REALTIME) - MARGIN;

	/* A clock that was set back has to be followed too. */
	if (w->options->replay || (now >= w->passed && now - w->passed < TICK * TSTAMP_MILLISECOND))
		return;
	w->passed = now;
	pipeline_flush(w->pipeline, now);
}

static void tick(struct watch *w)
{
	tstamp now = capture_now(w);
	const char *error;

	read_drops(w);
	bound_memory(w, now);
	while ((error = live_error(w->live)))
		complain(w, error);
	flush_outputs(w, now);
	serve_metrics(w); /* those who asked and then fell silent */
}

/************ the loop ************/

static void read_signals(struct watch *w)
{
	struct signalfd_siginfo info;
	struct statistics statistics;

	while (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		switch (info.ssi_signo) {
		case SIGHUP:
			reopen_outputs(w);
			break;
		case SIGUSR1:
			read_drops(w);
			gather(w, &statistics);
			statistics_print(&statistics, stderr);
			break;
		default:
			w->stop = true;
			break;
		}
	}
}

/* Until there is a packet, a signal, a question, or the time is over. */
static void wait_for(struct watch *w, int milliseconds)
{
	struct pollfd fds[FDS];
	size_t count = live_poll(w->live, fds);

	if (count == 0 && !live_ended(w->live))
		milliseconds = 0;
	fds[count++] = (struct pollfd){ .fd = w->signals, .events = POLLIN };
	if (w->metrics)
		fds[count++] =
		    (struct pollfd){ .fd = metrics_server_descriptor(w->metrics), .events = POLLIN };
	if (poll(fds, count, milliseconds) <= 0)
		return;
	if (w->metrics && fds[count - 1].revents)
		serve_metrics(w);
}

/* What had come when the end was asked for; the kernel hands on its last block a little later. */
static void read_rest(struct watch *w)
{
	tstamp end = clock_now(CLOCK_MONOTONIC) + LAST_READ * TSTAMP_MILLISECOND;

	if (w->options->replay || live_ended(w->live))
		return;
	poll(NULL, 0, LIVE_BLOCK_TIME + 10);
	while (live_read(w->live, BATCH, on_frame, w) && clock_now(CLOCK_MONOTONIC) < end)
		;
}

void watch_run(struct watch *w)
{
	tstamp due;

	w->packet_time = TSTAMP_NONE;
	w->started = clock_now(CLOCK_MONOTONIC);
	due = w->started + TICK * TSTAMP_MILLISECOND;
	while (!w->stop && !live_ended(w->live)) {
		bool idle = live_read(w->live, BATCH, on_frame, w) == 0;
		tstamp left = due - clock_now(CLOCK_MONOTONIC);

		if (idle)
			pass_time(w);
		if (left <= 0) {
			tick(w);
			due = clock_now(CLOCK_MONOTONIC) + TICK * TSTAMP_MILLISECOND;
			left = TICK * TSTAMP_MILLISECOND;
		}
		wait_for(w, idle ? (int)(left / TSTAMP_MILLISECOND) + 1 : 0);
		read_signals(w);
	}
	read_rest(w);
	tick(w);
	pipeline_finish(w->pipeline);
	flush_outputs(w, capture_now(w));
}
