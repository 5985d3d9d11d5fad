/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch.h"

#include "notice.h"
#include "statistics.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
	TICK = 100,  /* ms between checks of everything but packets; output is flushed then */
	BEHIND = 50, /* fill level of a ring, in percent, from which rings are first emptied into memory */
	QUEUE_SHARE = 50, /* percent of --max-memory for packets in memory */
	QUEUE_TIME = 20,  /* ms this may take before signals are checked */
	LAST_READ =
	    LIVE_BLOCK_TIME + 15, /* ms that analyzing what is still in rings and memory may take at the end */
	FDS = LIVE_INTERFACES_MAX + 4,
};

/* What a step of work leaves: more to do, empty rings, or empty rings that were also empty before. */
enum progress { MORE, DRAINED, NOTHING };

/* Packets may be this old when they are seen; the clock is this much ahead of them. */
static const tstamp MARGIN = 250 * TSTAMP_MILLISECOND;

/* Between messages about failing outputs. */
static const tstamp SAY_AGAIN = 60 * TSTAMP_SECOND;

static tstamp clock_now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (tstamp)t.tv_sec * TSTAMP_SECOND + t.tv_nsec;
}

static tstamp milliseconds_from_now(int milliseconds)
{
	return clock_now(CLOCK_MONOTONIC) + milliseconds * TSTAMP_MILLISECOND;
}

/* The capture's clock: the system clock, or the packets' clock for a replayed file. */
static tstamp capture_now(const struct watch *w)
{
	if (!w->replay)
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

/* Reports a problem that does not end the watch: at once, and again in the summary. */
static void complain(struct watch *w, const char *text)
{
	notice("smtpscope: %s\n", text);
	pipeline_error(w->pipeline, text);
}

static void analyze(void *context, const struct frame *frame)
{
	struct watch *w = context;

	if (w->stop && frame->ref.time > w->ended)
		return;
	w->packet_time = frame->ref.time;
	if (w->keep)
		keep_frame(w->keep, frame);
	if (w->guest)
		w->guest->frame(w->guest->context, frame);
	pipeline_push(w->pipeline, frame);
}

/************ outputs ************/

static void check_output(struct watch *w, bool good, struct buf *error)
{
	tstamp now = clock_now(CLOCK_MONOTONIC);

	if (good)
		return;
	if (errno == EPIPE) {
		w->stop = w->unread_output = true; /* the reader is gone, which is not an error */
	} else {
		/* A full disk usually stays full for some time. */
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
	if (!w->replay)
		pipeline_dropped(w->pipeline, live_dropped(w->live) + w->unread, capture_now(w));
}

static void gather(const struct watch *w, struct statistics *s)
{
	*s = (struct statistics){ .memory = pipeline_account(w->pipeline)->used,
				  .memory_limit = pipeline_memory_limit(w->pipeline),
				  .seconds =
				      (uint64_t)((clock_now(CLOCK_MONOTONIC) - w->started) / TSTAMP_SECOND),
				  .live = w->live,
				  .waiting_packets = w->queue.frames,
				  .waiting_bytes = w->queue.bytes,
				  .waited_packets = w->queue.taken,
				  .kept_lost = w->keep ? keep_lost(w->keep) : 0,
				  .output_lost = outlet_lost(w->output),
				  .kept_unwritten = w->keep ? keep_unwritten(w->keep) : 0,
				  .host_keys = w->host_keys,
				  .tied = tls_keys_claimed(pipeline_keys(w->pipeline)) };
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

/* Waiting packets can use what the sessions leave free, up to a share; no session ends for them. */
static void bound_queue(struct watch *w)
{
	const struct account *account = pipeline_account(w->pipeline);
	size_t others = account->used - w->queue.memory, share = account->limit / 100 * QUEUE_SHARE;
	size_t left = others < account->limit ? account->limit - others : 0;

	frame_queue_bound(&w->queue, left < share ? left : share);
}

/* All rings are empty, so no packet older than the clock can arrive. */
static void pass_time(struct watch *w)
{
	tstamp now = clock_now(CLOCK_REALTIME) - MARGIN;

	/* Follow a clock that was set back. */
	if (w->replay || (now >= w->passed && now - w->passed < TICK * TSTAMP_MILLISECOND))
		return;
	w->passed = now;
	pipeline_flush(w->pipeline, now);
}

static void run_guest(struct watch *w)
{
	if (!w->guest || w->guest->run(w->guest->context))
		return;
	w->ended = capture_now(w);
	w->stop = true;
}

static void tick(struct watch *w)
{
	tstamp now = capture_now(w);
	const char *error;

	if (w->keylog && !key_log_file_read(w->keylog)) {
		complain(w, "the key log cannot be read any more");
		w->keylog = NULL;
	}
	read_drops(w);
	bound_queue(w);
	if (!w->queue.frames)
		frame_queue_give_back(&w->queue);
	while ((error = live_error(w->live)))
		complain(w, error);
	flush_outputs(w, now);
	run_guest(w);
	serve_metrics(w); /* times out stalled requests */
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
			w->ended = clock_now(CLOCK_REALTIME);
			w->stop = true;
			break;
		}
	}
}

/* Waits for a signal, a request, a packet (if |packets|), or a timeout. */
static void wait_for(struct watch *w, int milliseconds, bool packets)
{
	struct pollfd fds[FDS];
	size_t count = packets ? live_poll(w->live, fds) : 0, guest = FDS;

	if (packets && count == 0 && !live_ended(w->live))
		milliseconds = 0;
	fds[count++] = (struct pollfd){ .fd = w->signals, .events = POLLIN };
	if (w->guest) {
		guest = count;
		fds[count++] = (struct pollfd){ .fd = w->guest->descriptor, .events = POLLIN };
	}
	if (w->metrics)
		fds[count++] = (struct pollfd){ .fd = metrics_server_descriptor(w->metrics), .events = POLLIN };
	if (poll(fds, count, milliseconds) <= 0)
		return;
	if (guest < FDS && fds[guest].revents)
		run_guest(w);
	if (w->metrics && fds[count - 1].revents)
		serve_metrics(w);
}

/*
 * Waits for packets for up to |milliseconds|. If they arrive in quick succession, leaves the rings alone for
 * a moment, because waking up for each block costs more than reading several at once. |some|: the last check
 * found packets.
 */
static void wait_for_packets(struct watch *w, int milliseconds, bool some)
{
	int pause = live_pause(w->live);
	tstamp before;

	if (some && w->rapid) {
		wait_for(w, pause < milliseconds ? pause : milliseconds, false);
		return;
	}
	before = clock_now(CLOCK_MONOTONIC);
	wait_for(w, milliseconds, true);
	w->rapid = clock_now(CLOCK_MONOTONIC) - before < pause * TSTAMP_MILLISECOND;
}

/* Copies frames into memory; if there is no room, analyzes the oldest first. */
static void put_aside(void *context, const struct frame *frame)
{
	struct watch *w = context;

	while (!frame_queue_add(&w->queue, frame))
		if (!frame_queue_take(&w->queue, 64, analyze, w)) {
			analyze(w, frame);
			return;
		}
}

/*
 * Reads and analyzes some packets. As long as the analysis keeps up, it works directly on the memory of the
 * rings. Once a ring is filled up to BEHIND, the rings are emptied first, which takes little time, and frames
 * wait in memory until all of them are analyzed.
 */
static enum progress advance(struct watch *w)
{
	size_t batch = live_batch(w->live);
	tstamp end;

	if (!w->queue.frames) {
		size_t count = live_read(w->live, batch, analyze, w);

		if (live_drained(w->live))
			return count ? DRAINED : NOTHING;
		if (live_fill(w->live) < BEHIND)
			return MORE;
	}
	end = milliseconds_from_now(QUEUE_TIME);
	do
		live_read(w->live, batch, put_aside, w);
	while (!live_drained(w->live) && w->queue.memory < w->queue.limit && clock_now(CLOCK_MONOTONIC) < end);
	frame_queue_take(&w->queue, batch, analyze, w);
	return MORE;
}

static void count_unread(void *context, const struct frame *frame)
{
	struct watch *w = context;

	w->unread += frame->ref.time <= w->ended;
}

/*
 * Counts the packets in the rings that arrived before the end. Each ring is in order, so a round over all
 * rings that finds none of them is the last. It needs no time limit: the rings are bounded, and packets that
 * arrive meanwhile are later.
 */
static void count_rest(struct watch *w)
{
	uint64_t before;

	do {
		before = w->unread;
		live_read(w->live, 2048, count_unread, w);
	} while (w->unread != before);
}

/*
 * Analyzes what had arrived at the end; the kernel delivers its last block a little later. What does not fit
 * into the time is lost.
 */
static void read_rest(struct watch *w)
{
	tstamp end = milliseconds_from_now(LAST_READ);
	tstamp last_block = milliseconds_from_now(LIVE_BLOCK_TIME + 10);

	if (w->replay)
		return;
	for (tstamp now = 0; now < end; now = clock_now(CLOCK_MONOTONIC)) {
		if (frame_queue_take(&w->queue, 256, analyze, w) || live_ended(w->live) ||
		    live_read(w->live, 256, analyze, w))
			continue;
		if (now > last_block)
			break;
		poll(NULL, 0, 5);
	}
	w->unread += w->queue.frames;
	count_rest(w);
}

/* The summary says what of the outputs is missing; what is lost after it, only the exit status and standard error. */
static void tell_unwritten(struct watch *w)
{
	uint64_t lines = outlet_lost(w->output), packets = w->keep ? keep_unwritten(w->keep) : 0;
	struct buf text;

	if ((!lines && !packets) || w->unread_output)
		return;
	buf_init(&text, 256);
	buf_format(&text, "could not be written: %" PRIu64 " lines of the report, %" PRIu64 " packets", lines,
		   packets);
	pipeline_error(w->pipeline, buf_string(&text));
	buf_finish(&text);
}

void watch_run(struct watch *w)
{
	struct statistics statistics;
	tstamp due;

	w->packet_time = TSTAMP_NONE;
	w->started = clock_now(CLOCK_MONOTONIC);
	frame_queue_init(&w->queue, pipeline_account(w->pipeline));
	bound_queue(w);
	due = w->started + TICK * TSTAMP_MILLISECOND;
	while (!w->stop && (w->queue.frames || !live_ended(w->live))) {
		enum progress progress;
		tstamp left;

		/* Before the packets: a process derives its keys before it sends what is encrypted with them. */
		if (w->host_keys)
			host_keys_read(w->host_keys);
		progress = advance(w);
		left = due - clock_now(CLOCK_MONOTONIC);

		if (progress != MORE)
			pass_time(w);
		if (left <= 0) {
			tick(w);
			due = milliseconds_from_now(TICK);
			left = TICK * TSTAMP_MILLISECOND;
		}
		if (progress == MORE)
			wait_for(w, 0, false);
		else
			wait_for_packets(w, (int)(left / TSTAMP_MILLISECOND) + 1, progress == DRAINED);
		read_signals(w);
	}
	if (!w->stop)
		w->ended = capture_now(w);
	read_rest(w);
	tick(w);
	tell_unwritten(w);
	pipeline_finish(w->pipeline);
	gather(w, &statistics);
	statistics_print_keys(&statistics, stderr);
	flush_outputs(w, capture_now(w));
	frame_queue_finish(&w->queue);
}
