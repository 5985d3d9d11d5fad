/* SPDX-License-Identifier: BSD-2-Clause */
#include "saver.h"

#include "keep.h"
#include "keylog.h"
#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { KEEP_MEMORY = 256 * 1024 * 1024 };

/************ packets need no report ************/

static void *create_nothing(const struct report_config *config)
{
	return config->context;
}

static void ignore_record(void *report, const struct record *record)
{
	(void)report;
	(void)record;
}

static void ignore_summary(void *report, const struct report_summary *summary)
{
	(void)report;
	(void)summary;
}

static void destroy_nothing(void *report)
{
	(void)report;
}

static const struct report_format NOTHING = {
	.name = "nothing",
	.create = create_nothing,
	.record = ignore_record,
	.summary = ignore_summary,
	.destroy = destroy_nothing,
};

/************ the analysis ************/

/* One analysis for a file. */
struct saving {
	const struct save_request *request;
	struct criteria criteria;
	struct pipeline_observer observer;
	struct pipeline *pipeline;
	struct outlet outlet;
	struct keep *keep; /* NULL: a report is written */
};

/* The format for the ending of |name|; NULL: packets. Returns false if it is not known. */
static bool format_of(const char *name, const struct report_format **format)
{
	static const char *const endings[][2] = {
		{ ".txt", "text" }, { ".json", "json" }, { ".html", "html" }, { ".md", "markdown" }
	};
	const char *dot = strrchr(name, '.');

	*format = NULL;
	if (dot && strcmp(dot, ".pcap") == 0)
		return true;
	for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
		if (strcmp(dot, endings[i][0]) == 0)
			*format = report_format_find(endings[i][1]);
	return *format != NULL;
}

/* Was |flow| chosen? The first packets of a session may be gone, so that it begins later than it did. */
static bool chooses(const void *chosen, const struct flow *flow)
{
	const struct save_request *request = chosen;

	for (size_t i = 0; i < request->count; i++) {
		const struct roster_row *row = request->rows[i];

		if (flow->client.port == row->client.port && endpoint_equal(&flow->server, &row->server) &&
		    flow->first.time >= row->start && flow->first.time <= row->last)
			return true;
	}
	return false;
}

static void push(void *context, const struct frame *frame)
{
	struct saving *saving = context;

	if (saving->keep)
		keep_frame(saving->keep, frame);
	pipeline_push(saving->pipeline, frame);
}

static void on_record(void *context, const struct record *record)
{
	struct saving *saving = context;

	if (saving->keep)
		keep_record(saving->keep, record);
}

static void on_segment(void *context, const struct segment *segment, const struct packet_trace *trace)
{
	struct saving *saving = context;

	if (saving->keep)
		keep_segment(saving->keep, segment, trace);
}

static bool open_saving(struct saving *saving, const struct saver *s, const struct report_format *format)
{
	const struct options *o = s->options;
	struct pipeline_config config = {
		.ports = o->ports,
		.port_count = o->port_count,
		.any_port = o->any_port,
		.format = format ? format : &NOTHING,
		.rules = s->rules,
		.criteria = &saving->criteria,
		.out = saving->outlet.file,
		.report = { .show_secrets = o->show_secrets,
			    .ports = o->ports,
			    .port_count = o->port_count,
			    .any_port = o->any_port,
			    .several_inputs = s->several_inputs,
			    .full = true,
			    .context = saving,
			    .width = 100 },
		.max_memory = o->max_memory / SAVER_MEMORY_SHARE,
		.observer = &saving->observer,
	};
	struct keep_config keep = { .outlet = &saving->outlet,
				    .criteria = &saving->criteria,
				    .show_secrets = o->show_secrets,
				    .memory = KEEP_MEMORY };

	criteria_init(&saving->criteria);
	saving->criteria.chooses = chooses;
	saving->criteria.chosen = saving->request;
	saving->observer =
	    (struct pipeline_observer){ .context = saving, .record = on_record, .segment = on_segment };
	if (!format)
		saving->keep = keep_create(&keep);
	saving->pipeline = pipeline_create(&config);
	return saving->pipeline && (format || saving->keep) &&
	       (s->directory != AT_FDCWD || keylog_read(saving->pipeline, o->keylog));
}

/* Writes to |fd|. Returns false on failure, and maybe the reason in |message|. */
static bool write_sessions(const struct saver *s, const struct save_request *request,
			   const struct report_format *format, int fd, struct buf *message)
{
	struct saving saving = { .request = request };
	enum whole_unit unit = format ? WHOLE_LINES : WHOLE_ANNOUNCED;
	bool good = outlet_init_open(&saving.outlet, fd, request->name, unit, message) &&
		    open_saving(&saving, s, format);

	if (good) {
		good = s->packets(s->context, push, &saving);
		pipeline_finish(saving.pipeline);
	}
	pipeline_destroy(saving.pipeline);
	good = outlet_finish(&saving.outlet, message) && good;
	keep_destroy(saving.keep); /* owns the head that the outlet may still write */
	criteria_finish(&saving.criteria);
	return good;
}

static bool fail(const struct save_request *request, struct buf *message)
{
	if (!message->length)
		buf_format(message, "%s: %s", request->name, strerror(errno));
	return false;
}

bool saver_save(const struct saver *s, const struct save_request *request, struct buf *message)
{
	const struct report_format *format;
	int fd;
	bool good;

	if (!format_of(request->name, &format)) {
		buf_format(message, "%s: the name must end in .pcap, .txt, .json, .html or .md", request->name);
		return false;
	}
	if (s->directory != AT_FDCWD && strchr(request->name, '/')) {
		buf_format(message, "%s: files are saved only in the directory where smtpscope was started",
			   request->name);
		return false;
	}
	fd = openat(s->directory, request->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(request, message);
	good = write_sessions(s, request, format, fd, message);
	good = close(fd) == 0 && good;
	if (!good)
		return fail(request, message);
	buf_format(message, "Saved %zu session%s to %s.", request->count, request->count == 1 ? "" : "s",
		   request->name);
	return true;
}
