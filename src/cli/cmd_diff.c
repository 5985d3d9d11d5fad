/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_diff: smtpscope diff A B: two captures of the same sessions at two points of their path; or two sessions of one capture.
 */
#include "command_line.h"
#include "commands.h"
#include "compare_pair.h"
#include "diff_report.h"
#include "hash_secret.h"
#include "packet.h"
#include "packet_filter.h"
#include "pipeline.h"
#include "reading.h"
#include "ruleset.h"
#include "timeline.h"

#include <stdlib.h>

enum { ERROR_KEPT = 4096 };

struct diff {
	struct options options;
	struct ruleset rules;
	struct criteria all;
	struct packet_filter *filter;
	struct sightings captures[2];
	struct diff_report report;
	struct output out;
	bool damaged;
};

static void help(FILE *to)
{
	fputs("usage: smtpscope diff [OPTION]... A B\n"
	      "       smtpscope diff --session N --session M FILE\n"
	      "\n"
	      "Compares two captures of the same sessions, taken at two points of their path: what is\n"
	      "changed, added, dropped and lost between them. Or finds where two sessions part.\n"
	      "\n",
	      to);
	command_line_help(to, FOR_DIFF);
	fputs("\n"
	      "Exit status: 0 no differences, 1 differences, 2 wrong usage, 3 an input could not be\n"
	      "opened, or is damaged or truncated.\n",
	      to);
}

/************ the passes over a capture ************/

struct second_pass {
	struct packet *packet;
	struct sightings *sightings;
};

static void take_segment(void *context, const struct segment *segment)
{
	struct second_pass *pass = context;

	sightings_segment(pass->sightings, segment, packet_trace(pass->packet));
}

static void run_frames(struct diff *d, struct timeline *timeline,
		       void (*push)(void *context, const struct frame *frame), void *context)
{
	const struct frame *frame;

	while ((frame = timeline_next(timeline)))
		if (!d->filter || packet_filter_matches(d->filter, frame))
			push(context, frame);
}

static void push_packet(void *context, const struct frame *frame)
{
	struct second_pass *pass = context;

	packet_push(pass->packet, frame);
}

/* Reads the packets of the sessions that the first pass has found. */
static bool read_again(struct diff *d, struct sightings *s, const struct timeline_options *files)
{
	struct packet_config config = { 0 };
	struct second_pass pass = { .sightings = s };
	struct timeline *timeline;

	hash_secret_make(config.secret);
	if (!sightings_prepare(s))
		return false;
	pass.packet = packet_create(&config, take_segment, &pass);
	timeline = timeline_create(files);
	if (pass.packet && timeline)
		run_frames(d, timeline, push_packet, &pass);
	packet_destroy(pass.packet);
	timeline_destroy(timeline);
	return pass.packet && timeline;
}

static bool analyze(struct diff *d, struct sightings *s, const struct timeline_options *files)
{
	struct pipeline_config config = {
		.ports = d->options.ports,
		.port_count = d->options.port_count,
		.any_port = d->options.any_port,
		.format = &sightings_format,
		.rules = d->rules.rules,
		.criteria = &d->all,
		.out = stdout,
		.report = { .context = s },
	};
	struct pipeline *pipeline = pipeline_create(&config);
	struct timeline *timeline = pipeline ? timeline_create(files) : NULL;
	const char *error;

	if (timeline) {
		run_frames(d, timeline, pipeline_push, pipeline);
		pipeline_finish(pipeline);
		for (size_t i = 0; (error = timeline_error(timeline, i)); i++) {
			fprintf(stderr, "smtpscope: %s\n", error);
			d->damaged = true;
		}
	}
	timeline_destroy(timeline);
	pipeline_destroy(pipeline);
	return timeline != NULL;
}

/* Fills capture |which| from the file at |path|. */
static bool read_capture(struct diff *d, int which, const char *const *path)
{
	struct timeline_options files = { .paths = path, .count = 1 };
	struct sightings *s = &d->captures[which];

	if (!reading_is_repeatable(&files)) {
		fprintf(stderr,
			"smtpscope: %s: diff reads its inputs twice, so they must be files that exist\n",
			*path);
		d->damaged = true;
		return false;
	}
	if (analyze(d, s, &files) && read_again(d, s, &files))
		return true;
	fputs("smtpscope: out of memory\n", stderr);
	d->damaged = true;
	return false;
}

/************ two captures ************/

static bool compare_captures(struct diff *d)
{
	struct alignment alignment = { 0 };
	bool good = d->options.session_count == 2
			? alignment_force(&alignment, &d->captures[0], &d->captures[1])
			: alignment_find(&alignment, &d->captures[0], &d->captures[1]);
	bool alone = alignment.count < d->captures[0].count || alignment.count < d->captures[1].count;

	for (size_t i = 0; good && i < alignment.count; i++) {
		/* Too large for the stack. */
		struct comparison *c = calloc(1, sizeof *c);

		good = c && compare_pair(c, &alignment.list[i]);
		if (good)
			diff_report_pair(&d->report, c);
		if (c)
			comparison_finish(c);
		free(c);
	}
	for (int which = 0; good && which < 2; which++)
		for (size_t i = 0; i < d->captures[which].count; i++)
			if (!d->captures[which].list[i]->partner)
				diff_report_unpaired(&d->report, which, d->captures[which].list[i]);
	if (good)
		diff_report_summary(&d->report, &d->captures[0], &d->captures[1]);
	else
		fputs("smtpscope: out of memory\n", stderr);
	d->damaged = d->damaged || !good;
	alignment_finish(&alignment);
	return d->report.differences || alone;
}

static int run_captures(struct diff *d, const char *const *paths)
{
	bool differs;

	for (int i = 0; i < 2; i++) {
		uint64_t number = d->options.sessions[i];

		d->captures[i].only = d->captures[i].also = number;
		if (!read_capture(d, i, &paths[i]))
			return STATUS_DAMAGED;
		if (!number || d->captures[i].count)
			continue;
		fprintf(stderr, "smtpscope: %s: there is no session %llu\n", paths[i],
			(unsigned long long)number);
		return STATUS_USAGE;
	}
	d->report.names[0] = paths[0];
	d->report.names[1] = paths[1];
	differs = compare_captures(d);
	return d->damaged ? STATUS_DAMAGED : differs ? STATUS_FOUND : STATUS_OK;
}

/************ two sessions ************/

static int run_sessions(struct diff *d, const char *const *path)
{
	const uint64_t *numbers = d->options.sessions;
	struct sighting *found[2];
	struct dialogue_parting parting;
	bool differs;

	d->captures[0].dialogues = true;
	d->captures[0].only = numbers[0];
	d->captures[0].also = numbers[1];
	if (!read_capture(d, 0, path))
		return STATUS_DAMAGED;
	for (int i = 0; i < 2; i++) {
		found[i] = sightings_find(&d->captures[0], numbers[i]);
		if (found[i])
			continue;
		fprintf(stderr, "smtpscope: %s: there is no session %llu; sessions found: %llu\n", *path,
			(unsigned long long)numbers[i], (unsigned long long)d->captures[0].seen);
		return STATUS_USAGE;
	}
	differs = dialogue_parting_find(&parting, &found[0]->kept.dialogue, &found[1]->kept.dialogue);
	diff_report_sessions(&d->report, found[0], found[1], differs ? &parting : NULL);
	return d->damaged ? STATUS_DAMAGED : differs ? STATUS_FOUND : STATUS_OK;
}

/************ the command ************/

static const char *contradiction(const struct options *o, int files)
{
	if (files != 2 && !(files == 1 && o->session_count == 2))
		return "diff needs two capture files, or one and --session twice";
	return NULL;
}

static bool make_filter(struct diff *d)
{
	struct buf error;

	if (!d->options.filter)
		return true;
	buf_init(&error, ERROR_KEPT);
	d->filter = packet_filter_create(d->options.filter, &error);
	if (!d->filter)
		fprintf(stderr, "smtpscope: --filter %s\n", buf_string(&error));
	buf_finish(&error);
	return d->filter != NULL;
}

static int run(struct diff *d, int argc, char **argv)
{
	const char *const *paths = (const char *const *)(argv + d->options.first_argument);
	const char *wrong = contradiction(&d->options, argc - d->options.first_argument);
	uint64_t secret[2];
	int status = STATUS_USAGE;

	if (wrong) {
		fprintf(stderr, "smtpscope: %s; see smtpscope diff --help\n", wrong);
		return STATUS_USAGE;
	}
	hash_secret_make(secret);
	criteria_init(&d->all);
	d->out.file = stdout;
	diff_report_init(&d->report, &d->out, d->options.as_json, options_use_color(&d->options, stdout),
			 options_width(stdout));
	if (ruleset_load(&d->rules, NULL, 0) && make_filter(d) && sightings_init(&d->captures[0], secret) &&
	    sightings_init(&d->captures[1], secret))
		status =
		    argc - d->options.first_argument == 1 ? run_sessions(d, paths) : run_captures(d, paths);
	diff_report_finish(&d->report);
	sightings_finish(&d->captures[0]);
	sightings_finish(&d->captures[1]);
	packet_filter_destroy(d->filter);
	criteria_finish(&d->all);
	ruleset_finish(&d->rules);
	return status;
}

int cmd_diff(int argc, char **argv)
{
	struct diff diff = { 0 };
	int status = STATUS_OK;

	if (!command_line_parse(&diff.options, FOR_DIFF, argc, argv))
		return STATUS_USAGE;
	if (diff.options.help)
		help(stdout);
	else
		status = run(&diff, argc, argv);
	criteria_finish(&diff.options.criteria);
	return status;
}
