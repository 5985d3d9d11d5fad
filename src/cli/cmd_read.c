/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_read: smtpscope read FILE...: analyze capture files. */
#include "again.h"
#include "anonymity.h"
#include "command_line.h"
#include "commands.h"
#include "input_watch.h"
#include "installed_memory.h"
#include "jobs.h"
#include "keylog.h"
#include "notice.h"
#include "packet_writer.h"
#include "reading.h"
#include "ruleset.h"
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUTPUT_BUFFER = 256 * 1024, AGAIN_KEPT = 4096, ERROR_KEPT = 16 * 1024 };

static void help(FILE *to)
{
	fputs("usage: smtpscope read [OPTION]... FILE...\n"
	      "\n"
	      "Analyzes capture files (pcap, pcapng; also gzip, zstd, xz, lz4); - is standard input.\n"
	      "Several files are one timeline.\n"
	      "\n",
	      to);
	command_line_help(to, FOR_READ);
	fputs("\n"
	      "Exit status: 0 all input was analyzed, 1 a finding at or above --fail-on, 2 wrong usage,\n"
	      "3 an input could not be opened, or is damaged or truncated, or memory ran out and sessions were let go.\n",
	      to);
}

static int status_of(const struct pipeline *p, const struct options *o)
{
	uint64_t findings[3];

	if (pipeline_error_text(p, 0))
		return STATUS_DAMAGED;
	pipeline_findings(p, findings);
	for (int severity = SEVERITY_ERROR; o->fail && severity >= (int)o->fail_on; severity--)
		if (findings[severity])
			return STATUS_FOUND;
	return STATUS_OK;
}

/* Is the file at |path|, to be written, one of those to read? Opening it would empty it. */
static bool is_input(const char *path, const struct options *o, int argc, char **argv)
{
	struct stat out, in;

	if (!path || stat(path, &out) != 0 || !S_ISREG(out.st_mode))
		return false;
	for (int i = o->first_argument; i < argc; i++)
		if (stat(argv[i], &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
			return true;
	return false;
}

/* Says why the file at |path| (NULL: standard output) could not be opened or written. */
static int output_failed(const char *path)
{
	notice("smtpscope: %s: %s\n", path ? path : "standard output", strerror(errno));
	return STATUS_DAMAGED;
}

/* Creates the filter that --filter asks for, if any. Returns false if the expression is wrong. */
static bool make_filter(const struct options *o, struct packet_filter **filter)
{
	struct buf error;

	if (!o->filter)
		return true;
	buf_init(&error, ERROR_KEPT);
	*filter = packet_filter_create(o->filter, &error);
	if (!*filter)
		notice("smtpscope: --filter %s\n", buf_string(&error));
	buf_finish(&error);
	return *filter != NULL;
}

/* Where the report goes. */
struct destination {
	FILE *out;
	struct whole_file whole; /* of a regular file; |whole.stream| is NULL otherwise */
	bool on_screen;		 /* through |screen|: standard output, for people */
	struct screen screen;
	struct progress progress;
	struct input_watch watch;
};

/* Flushes the output. False, and errno, if not all of it could be written. */
static bool delivered(struct destination *d)
{
	int failed = d->whole.stream ? whole_file_flush(&d->whole) : 0;

	if (failed)
		errno = failed;
	return !failed && fflush(d->out) == 0 && !ferror(d->out);
}

/* What the user has to know that is not in the report. Returns the exit status. */
static int finish(const struct pipeline *p, const struct options *o, struct destination *d)
{
	struct pipeline_counts counts;
	const char *error;
	int status = status_of(p, o);

	if (!delivered(d))
		status = output_failed(o->output);
	/* The user may look at the report for hours before this is seen. */
	if (d->on_screen && !screen_close(&d->screen))
		status = STATUS_DAMAGED;
	for (size_t i = 0; (error = pipeline_error_text(p, i)); i++)
		notice("smtpscope: %s\n", error);
	pipeline_count(p, &counts);
	if (o->criteria.session <= counts.sessions)
		return status;
	notice("smtpscope: there is no session %llu; sessions found: %llu; --format list shows them all\n",
	       (unsigned long long)o->criteria.session, (unsigned long long)counts.sessions);
	return status == STATUS_OK || status == STATUS_FOUND ? STATUS_USAGE : status;
}

/* What --write needs: the packet file, and what fills it. */
static bool prepare_cut(struct reading *r, const struct options *o, struct anonymity *a, FILE **packets)
{
	struct cut_config config = { .pcapng = o->write && packet_writer_is_pcapng(o->write),
				     .disguise = a ? a->disguise : NULL,
				     .also = a ? anonymity_push : NULL,
				     .also_context = a,
				     .criteria = &o->criteria,
				     .show_secrets = o->show_secrets,
				     .keys = o->write_keys,
				     .account = pipeline_account(r->pipeline),
				     .program = "smtpscope" };
	struct buf error;
	bool good = true;

	if (o->write && !(*packets = config.out = fopen(o->write, "w")))
		return output_failed(o->write), false;
	r->cut = cut_create(&config);
	buf_init(&error, ERROR_KEPT);
	if (!r->cut)
		buf_text(&error, "out of memory");
	else if (!reading_is_repeatable(&r->files))
		r->spool = spool_create(&error);
	good = r->cut && !error.length;
	if (!good)
		notice("smtpscope: %s\n", buf_string(&error));
	buf_finish(&error);
	return good;
}

static void finish_cut(struct reading *r, const struct options *o, FILE *packets, int *status)
{
	if (r->cut && !reading_cut(r, o->write ? o->write : "--anonymize"))
		*status = STATUS_DAMAGED;
	cut_destroy(r->cut);
	spool_destroy(r->spool);
	r->cut = NULL;
	r->spool = NULL;
	if (packets && fclose(packets) != 0 && *status != STATUS_DAMAGED)
		*status = output_failed(o->write);
}

/* The cut is made after the pipeline, whose account it uses. */
static void on_record(void *reading, const struct record *record)
{
	struct reading *r = reading;

	if (r->cut)
		cut_record(r->cut, record);
}

/* Analyzes the inputs and writes the report, and the packets. */
static int read_inputs(struct reading *r, const struct pipeline_config *given, const struct options *o,
		       struct destination *d)
{
	struct pipeline_observer observer = { .context = r, .record = on_record };
	struct pipeline_config config = *given;
	FILE *packets = NULL;
	int status = STATUS_DAMAGED;

	if (o->write)
		config.observer = &observer;
	r->pipeline = pipeline_create(&config);
	if (!r->pipeline) {
		notice("smtpscope: out of memory\n");
	} else if ((!o->write || prepare_cut(r, o, NULL, &packets)) && keylog_read(r->pipeline, o->keylog)) {
		input_watch_init(&d->watch, r->pipeline, d->out, &d->progress,
				 d->on_screen ? &d->screen : NULL);
		r->watch = &d->watch;
		reading_analyze(r);
		status = finish(r->pipeline, o, d);
		input_watch_finish(&d->watch);
	}
	finish_cut(r, o, packets, &status);
	pipeline_destroy(r->pipeline);
	return status;
}

/*
 * Anonymizes the packets and analyzes the result, so that no output can show more than the packets do. Returns the
 * exit status.
 */
static int read_anonymously(struct reading *r, const struct pipeline_config *given, const struct options *o,
			    struct destination *d)
{
	struct anonymity a = { 0 };
	struct pipeline_observer observer = { .context = r, .record = on_record };
	struct pipeline_config config = *given, hidden = *given;
	struct criteria all;
	FILE *packets = NULL;
	const char *error;
	int status = STATUS_DAMAGED;

	criteria_init(&all);
	config.criteria = &all;
	config.max_memory = hidden.max_memory = given->max_memory / 2;
	config.jobs = 0;
	hidden.observer = &observer;
	hidden.format = report_format_find("json");
	hidden.out = fopen("/dev/null", "w");
	r->pipeline = hidden.out ? pipeline_create(&hidden) : NULL;
	if (r->pipeline &&
	    anonymity_open(&a, given->rules, o->anonymize_key, o->anonymize_providers,
			   pipeline_account(r->pipeline)) &&
	    prepare_cut(r, o, &a, &packets))
		a.pipeline = pipeline_create(&config);
	if (a.pipeline) {
		status = STATUS_OK;
		reading_analyze(r);
		finish_cut(r, o, packets, &status);
		for (size_t i = 0; (error = pipeline_error_text(r->pipeline, i)); i++)
			pipeline_error(a.pipeline, error);
		pipeline_finish(a.pipeline);
		if (status == STATUS_OK)
			status = finish(a.pipeline, o, d);
	}
	cut_destroy(r->cut);
	spool_destroy(r->spool);
	pipeline_destroy(a.pipeline);
	anonymity_close(&a);
	pipeline_destroy(r->pipeline);
	if (hidden.out)
		fclose(hidden.out);
	return status;
}

static int run(const struct options *o, const struct rules *rules, struct destination *d,
	       struct packet_filter *filter, char **paths, size_t count)
{
	FILE *terminal = o->output ? d->out : stdout;
	struct buf command, inputs;
	struct pipeline_config config = {
		.ports = o->ports,
		.port_count = o->port_count,
		.any_port = o->any_port,
		.format = o->format,
		.rules = rules,
		.criteria = &o->criteria,
		.max_memory = o->memory_given ? o->max_memory : installed_memory("") / 2,
		.jobs = jobs_for(o, paths, count),
		.out = d->out,
		.report = { .gather = true,
			    .color = options_use_color(o, terminal),
			    .show_secrets = o->show_secrets,
			    .ports = o->ports,
			    .port_count = o->port_count,
			    .any_port = o->any_port,
			    .verbose = o->verbose,
			    .full = o->full || o->criteria.session,
			    .several_inputs = count > 1,
			    .width = options_width(terminal) },
	};
	struct reading reading = { .files = { .paths = (const char *const *)paths, .count = (uint32_t)count },
				   .filter = filter };
	int status;

	buf_init(&command, AGAIN_KEPT);
	buf_init(&inputs, AGAIN_KEPT);
	again_command(&command, o);
	/* The names of files may be names of hosts. */
	if (!o->anonymize && again_inputs(&inputs, paths, count)) {
		config.report.again = buf_string(&command);
		config.report.inputs = buf_string(&inputs);
	}
	status =
	    o->anonymize ? read_anonymously(&reading, &config, o, d) : read_inputs(&reading, &config, o, d);
	buf_finish(&inputs);
	buf_finish(&command);
	return status;
}

static bool is_regular(int fd)
{
	struct stat facts;

	return fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
}

/* A file gets whole lines, also if the disk is full. Returns NULL, and errno, on failure. */
static FILE *open_file(struct destination *d, const char *path)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : STDOUT_FILENO;

	if (fd < 0)
		return NULL;
	return whole_file_init(&d->whole, fd, WHOLE_LINES) ? d->whole.stream : NULL;
}

/* Opens the file of --output, or standard output. False: standard error says why not. */
static bool open_destination(struct destination *d, const struct options *o, char **paths, size_t count)
{
	bool for_people = o->format == report_format_find("text") || o->format == report_format_find("list");
	const char *pager = for_people && !o->no_pager ? screen_pager(stdout) : NULL;

	progress_init(&d->progress, paths, count);
	if (!o->output && (pager || d->progress.wanted)) {
		d->out = screen_open(&d->screen, pager, &d->progress);
		d->on_screen = d->out != NULL;
	} else if (o->output || is_regular(STDOUT_FILENO)) {
		d->out = open_file(d, o->output);
	} else {
		d->out = stdout;
	}
	if (!d->out)
		output_failed(o->output);
	return d->out != NULL;
}

/* False, and errno, if the rest could not be written. */
static bool close_destination(struct destination *d)
{
	int failed = 0, fd = d->whole.fd;

	if (d->whole.stream) {
		failed = whole_file_finish(&d->whole);
		if (fd != STDOUT_FILENO && close(fd) != 0 && !failed)
			failed = errno;
		errno = failed;
	} else if (d->out == stdout) {
		setvbuf(stdout, NULL, _IONBF, 0); /* it outlives the buffer */
	} else {
		failed = fclose(d->out);
	}
	return !failed;
}

static int read_files(const struct options *o, const struct rules *rules, struct packet_filter *filter,
		      char **paths, size_t count)
{
	struct destination d = { 0 };
	/* A buffer of our own: without one glibc takes 4 KiB, whatever size is asked for. */
	char *buffer = malloc(OUTPUT_BUFFER);
	int status = STATUS_DAMAGED;

	if (open_destination(&d, o, paths, count)) {
		if (buffer && !d.whole.stream)
			setvbuf(d.out, buffer, _IOFBF, OUTPUT_BUFFER);
		status = run(o, rules, &d, filter, paths, count);
		if (!close_destination(&d) && status != STATUS_DAMAGED)
			status = output_failed(o->output);
	}
	free(buffer);
	return status;
}

int cmd_read(int argc, char **argv)
{
	struct options options;
	struct packet_filter *filter = NULL;
	struct ruleset rules;
	int status = STATUS_USAGE;

	if (!command_line_parse(&options, FOR_READ, argc, argv))
		return STATUS_USAGE;
	if (options.help) {
		help(stdout);
		return STATUS_OK;
	}
	if (options.first_argument == argc) {
		notice("smtpscope: read needs the name of a capture file; see smtpscope read --help\n");
		return STATUS_USAGE;
	}
	if (is_input(options.output, &options, argc, argv) || is_input(options.write, &options, argc, argv)) {
		notice("smtpscope: %s: the output would overwrite an input\n",
		       is_input(options.output, &options, argc, argv) ? options.output : options.write);
		return STATUS_USAGE;
	}
	if (ruleset_load(&rules, options.rules, options.rules_count) &&
	    (!options.criteria.cause || ruleset_has_cause(&rules, options.criteria.cause)) &&
	    make_filter(&options, &filter))
		status = read_files(&options, rules.rules, filter, argv + options.first_argument,
				    (size_t)(argc - options.first_argument));
	packet_filter_destroy(filter);
	ruleset_finish(&rules);
	criteria_finish(&options.criteria);
	return status;
}
