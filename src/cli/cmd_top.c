/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_top: smtpscope top: a full-screen view of live traffic or of capture files. */
#include "command_line.h"
#include "commands.h"
#include "keylog.h"
#include "notice.h"
#include "openssl_library.h"
#include "packet_filter.h"
#include "packet_ring.h"
#include "ruleset.h"
#include "sandbox.h"
#include "saver.h"
#include "terminal.h"
#include "timeline.h"
#include "watch.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	ERROR_KEPT = 4096,
	SOURCE_SIZE = 256,
	DRAW_EVERY = 100, /* ms */
	RING_SHARE = 4,	  /* this part of --max-memory holds packets for saving */
};

struct top {
	struct options options;
	struct ruleset rules;
	struct criteria criteria; /* none: every session is shown */
	struct roster *roster;
	struct screen *screen;
	struct pipeline *pipeline;
	struct packet_filter *filter;
	struct packet_ring *ring;
	struct saver saver;
	struct watch watch;
	struct watch_guest guest;
	struct outlet nowhere; /* the screen is the output */
	struct buf error;
	const char *const *paths;
	uint32_t path_count;
	char source[SOURCE_SIZE];
	int messages;	    /* what is written to standard error, to be read */
	int standard_error; /* the original one */
	tstamp drawn;
	struct terminal *terminal; /* NULL: not open */
	bool reading, ended;
};

static void help(FILE *to)
{
	fputs("usage: smtpscope top [OPTION]... -i INTERFACE... | FILE...\n"
	      "\n"
	      "Shows mail sessions full-screen, of live traffic or of capture files; F1 lists the keys. If\n"
	      "started as root, it drops root privileges once the interfaces are open.\n"
	      "\n",
	      to);
	command_line_help(to, FOR_TOP);
	fputs("\n"
	      "Exit status: 0 the user ended it, 2 wrong usage, 3 an input could not be opened or read.\n",
	      to);
}

static bool complain(struct top *t)
{
	notice("smtpscope: %s\n", buf_string(&t->error));
	buf_clear(&t->error);
	return false;
}

static tstamp clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (tstamp)now.tv_sec * TSTAMP_SECOND + now.tv_nsec;
}

/************ the screen ************/

/* What other parts say on standard error would tear the screen: it becomes a message. */
static bool catch_messages(struct top *t)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	t->messages = ends[0];
	fflush(stderr);
	t->standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup3(ends[1], STDERR_FILENO, 0);
	close(ends[1]);
	return true;
}

static void show_messages(struct top *t)
{
	char text[512];
	ssize_t length = read(t->messages, text, sizeof text - 1);

	if (length <= 0)
		return;
	text[length] = 0;
	text[strcspn(text, "\n")] = 0;
	screen_tell(t->screen, text);
}

/* Handles keys, and draws if it is time. Returns false once the user has ended the program. */
static bool run_screen(void *context)
{
	struct top *t = context;
	tstamp now = clock_now();
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };
	bool pressed = poll(&fd, 1, 0) > 0;

	if ((pressed && (fd.revents & (POLLHUP | POLLERR | POLLNVAL))) || !screen_keys(t->screen)) {
		t->ended = true;
		return false;
	}
	show_messages(t);
	if (pressed || now - t->drawn >= DRAW_EVERY * TSTAMP_MILLISECOND) {
		screen_draw(t->screen, t->reading);
		t->drawn = now;
	}
	return true;
}

static bool save(void *context, const struct save_request *request, struct buf *message)
{
	const struct top *t = context;

	return saver_save(&t->saver, request, message);
}

static bool open_screen(struct top *t, bool live)
{
	struct screen_config config = {
		.roster = t->roster, .source = t->source, .live = live, .context = t, .save = save
	};
	const struct terminal_options terminal = { .color = t->options.color != COLOR_NEVER,
						   .ascii = &config.ascii };

	t->terminal = config.terminal = terminal_open(&terminal, &t->error);
	if (!t->terminal)
		return complain(t);
	t->screen = screen_create(&config);
	return t->screen && catch_messages(t);
}

/* The analysis has ended; the screen stays. */
static void stay(struct top *t)
{
	struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };

	t->reading = false;
	t->drawn = 0;
	while (!t->ended && run_screen(t))
		poll(&fd, 1, DRAW_EVERY);
}

static bool open_pipeline(struct top *t, bool live)
{
	struct options *o = &t->options;
	const struct pipeline_config config = {
		.ports = o->ports,
		.port_count = o->port_count,
		.any_port = o->any_port,
		.format = &roster_format,
		.rules = t->rules.rules,
		.criteria = &t->criteria,
		.out = stdout,
		.report = { .show_secrets = o->show_secrets,
			    .several_inputs = live ? o->interface_count > 1 : t->path_count > 1,
			    .live = live,
			    .context = t->roster },
		.max_sessions = o->max_sessions,
		.max_memory = o->max_memory - o->max_memory / SAVER_MEMORY_SHARE,
	};

	t->pipeline = pipeline_create(&config);
	if (!t->pipeline)
		notice("smtpscope: out of memory\n");
	return t->pipeline && keylog_read(t->pipeline, o->keylog);
}

/************ capture files ************/

static bool read_again(void *context, frame_sink *sink, void *sink_context)
{
	struct top *t = context;
	const struct timeline_options files = { .paths = t->paths, .count = t->path_count };
	struct timeline *timeline = timeline_create(&files);
	const struct frame *frame;

	while (timeline && (frame = timeline_next(timeline)))
		if (!t->filter || packet_filter_matches(t->filter, frame))
			sink(sink_context, frame);
	timeline_destroy(timeline);
	return timeline != NULL;
}

static void take_secrets(void *context, struct span lines)
{
	struct top *t = context;

	pipeline_add_secrets(t->pipeline, lines);
}

/* Looks after the screen between packets. */
static void read_files(struct top *t)
{
	const struct timeline_options files = {
		.paths = t->paths, .count = t->path_count, .secrets = take_secrets, .secrets_context = t
	};
	struct timeline *timeline = timeline_create(&files);
	const struct frame *frame;
	const char *error;

	if (timeline)
		pipeline_expect_keys(t->pipeline, timeline_may_have_secrets(timeline));
	for (unsigned n = 0; timeline && !t->ended && (frame = timeline_next(timeline)); n++) {
		if (!t->filter || packet_filter_matches(t->filter, frame))
			pipeline_push(t->pipeline, frame);
		if (n % 256 == 0)
			run_screen(t);
	}
	if (t->ended) {
		timeline_destroy(timeline);
		return;
	}
	pipeline_finish(t->pipeline);
	for (size_t i = 0; timeline && (error = timeline_error(timeline, i)); i++) {
		pipeline_error(t->pipeline, error);
		screen_tell(t->screen, error);
	}
	timeline_destroy(timeline);
	stay(t);
}

static int run_files(struct top *t)
{
	const char *slash;

	if (t->options.filter && !(t->filter = packet_filter_create(t->options.filter, &t->error))) {
		complain(t);
		return STATUS_USAGE;
	}
	slash = strrchr(t->paths[0], '/');
	snprintf(t->source, sizeof t->source, "%s%s", slash ? slash + 1 : t->paths[0],
		 t->path_count > 1 ? " and others" : "");
	t->saver.packets = read_again;
	t->saver.directory = AT_FDCWD;
	t->saver.several_inputs = t->path_count > 1;
	t->reading = true;
	if (!open_pipeline(t, false) || !open_screen(t, false))
		return STATUS_DAMAGED;
	read_files(t);
	return pipeline_error_text(t->pipeline, 0) ? STATUS_DAMAGED : STATUS_OK;
}

/************ live ************/

static void keep_packet(void *context, const struct frame *frame)
{
	struct top *t = context;

	packet_ring_add(t->ring, frame);
}

static bool packets_of_ring(void *context, frame_sink *sink, void *sink_context)
{
	struct top *t = context;

	packet_ring_each(t->ring, sink, sink_context);
	return true;
}

static bool open_live(struct top *t)
{
	const struct options *o = &t->options;
	const struct live_options live = {
		.interfaces = o->interfaces,
		.interface_count = o->interface_count,
		.filter = { .ports = o->ports,
			    .port_count = o->port_count,
			    .any_port = o->any_port,
			    .extra = o->filter },
		.buffer_size = o->buffer_size,
		.snaplen = (uint32_t)o->snaplen,
		.promiscuous = o->promiscuous,
	};
	const struct outlet_config nowhere = { .path = "/dev/null", .append = true };
	enum live_failure failure;

	t->watch.live = live_open(&live, &t->error, &failure);
	if (!t->watch.live || !outlet_init(&t->nowhere, &nowhere, &t->error))
		return complain(t);
	t->saver.directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	t->saver.packets = packets_of_ring;
	t->saver.several_inputs = o->interface_count > 1;
	return true;
}

static bool confine(struct top *t, const struct sandbox_account *account)
{
	struct sandbox_needs needs = { .directories = &t->saver.directory,
				       .directory_count = t->saver.directory >= 0,
				       .terminal = true };

	if (!sandbox_drop(account, &t->error))
		return complain(t);
	if (!pipeline_prepare(t->pipeline))
		notice("smtpscope: %s is not installed: facts of TLS will not be read\n",
		       openssl_library_name());
	if (!sandbox_enter(&needs, &t->error)) {
		notice("smtpscope: running without a sandbox: %s\n", buf_string(&t->error));
		buf_clear(&t->error);
	}
	return true;
}

static int run_live(struct top *t)
{
	const struct options *o = &t->options;
	struct sandbox_account account;
	size_t used = 0;

	if (!sandbox_find_account(&account, o->user, &t->error)) {
		complain(t);
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < o->interface_count && used < sizeof t->source; i++)
		used += (size_t)snprintf(t->source + used, sizeof t->source - used, "%s%s", i ? "," : "",
					 o->interfaces[i]);
	t->reading = true;
	if (!open_live(t) || !open_pipeline(t, true))
		return STATUS_DAMAGED;
	t->ring = packet_ring_create((size_t)(o->max_memory / RING_SHARE), pipeline_account(t->pipeline));
	if (!t->ring)
		return STATUS_DAMAGED;
	t->watch.signals = watch_block_signals();
	if (t->watch.signals < 0 || !open_screen(t, true) || !confine(t, &account))
		return STATUS_DAMAGED;
	t->guest = (struct watch_guest){
		.context = t, .descriptor = STDIN_FILENO, .frame = keep_packet, .run = run_screen
	};
	t->watch.guest = &t->guest;
	t->watch.output = &t->nowhere;
	t->watch.pipeline = t->pipeline;
	watch_run(&t->watch);
	return STATUS_OK;
}

/************ the command ************/

static void finish(struct top *t)
{
	terminal_close(t->terminal);
	if (t->standard_error > 0)
		dup3(t->standard_error, STDERR_FILENO, O_CLOEXEC);
	packet_ring_destroy(t->ring);
	pipeline_destroy(t->pipeline);
	screen_destroy(t->screen);
	roster_destroy(t->roster);
	packet_filter_destroy(t->filter);
	if (t->nowhere.file)
		outlet_finish(&t->nowhere, &t->error);
	live_close(t->watch.live);
	ruleset_finish(&t->rules);
	criteria_finish(&t->options.criteria);
	criteria_finish(&t->criteria);
	buf_finish(&t->error);
}

static const char *contradiction(const struct options *o, int argc)
{
	if (!o->interface_count && o->first_argument == argc)
		return "top needs an interface (-i NAME) or a capture file";
	if (o->interface_count && o->first_argument != argc)
		return "top shows either interfaces or capture files";
	return NULL;
}

int cmd_top(int argc, char **argv)
{
	struct top top = { .nowhere = { .directory = -1 }, .messages = -1, .standard_error = -1 };
	const char *wrong;
	int status = STATUS_USAGE;

	if (!command_line_parse(&top.options, FOR_TOP, argc, argv))
		return STATUS_USAGE;
	if (top.options.help) {
		help(stdout);
		return STATUS_OK;
	}
	wrong = contradiction(&top.options, argc);
	if (wrong) {
		notice("smtpscope: %s; see smtpscope top --help\n", wrong);
		return STATUS_USAGE;
	}
	buf_init(&top.error, ERROR_KEPT);
	criteria_init(&top.criteria);
	top.paths = (const char *const *)(argv + top.options.first_argument);
	top.path_count = (uint32_t)(argc - top.options.first_argument);
	top.roster = roster_create(top.options.show_secrets);
	if (top.roster && ruleset_load(&top.rules, top.options.rules, top.options.rules_count)) {
		top.saver.options = &top.options;
		top.saver.rules = top.rules.rules;
		top.saver.context = &top;
		status = top.path_count ? run_files(&top) : run_live(&top);
	}
	finish(&top);
	return status;
}
