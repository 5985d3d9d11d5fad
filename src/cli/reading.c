/* SPDX-License-Identifier: BSD-2-Clause */
#include "reading.h"

#include "keylog.h"
#include "notice.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool reading_is_repeatable(const struct timeline_options *files)
{
	struct stat facts;

	for (uint32_t i = 0; i < files->count; i++)
		if (strcmp(files->paths[i], "-") == 0 || stat(files->paths[i], &facts) != 0 ||
		    !S_ISREG(facts.st_mode))
			return false;
	return true;
}

static bool matches(const struct reading *r, const struct frame *frame)
{
	return !r->filter || packet_filter_matches(r->filter, frame);
}

static void analyze_frame(void *context, const struct frame *frame)
{
	struct reading *r = context;

	if (r->watch)
		r->watch->newest = frame->ref.time;
	if (!matches(r, frame))
		return;
	if (r->spool)
		spool_push(r->spool, frame);
	pipeline_push(r->pipeline, frame);
}

static void cut_frame(void *context, const struct frame *frame)
{
	struct reading *r = context;

	if (matches(r, frame))
		cut_push(r->cut, frame);
}

/* The rest of the input is not missing by accident. */
static void report_interrupt(const struct reading *r)
{
	char text[128];
	struct pipeline_counts counts;

	pipeline_count(r->pipeline, &counts);
	snprintf(text, sizeof text, "interrupted after %llu packets: the rest of the input was not read",
		 (unsigned long long)counts.packets);
	pipeline_error(r->pipeline, text);
}

/* Secrets in a file open sessions, and are noted where packets are written. */
static void on_secrets(void *context, struct span lines)
{
	const struct reading *r = context;

	pipeline_add_secrets(r->pipeline, lines);
	if (r->cut)
		cut_secrets(r->cut, lines);
}

void reading_analyze(struct reading *r)
{
	struct timeline_options files = r->files;
	struct timeline *timeline;
	const char *error;
	bool stopped;

	if (r->watch)
		files.watch = &r->watch->reads;
	if (r->cut) {
		files.describe = cut_describe;
		files.describe_context = r->cut;
	}
	files.secrets = on_secrets;
	files.secrets_context = r;
	timeline = timeline_create(&files);
	if (!timeline) {
		pipeline_error(r->pipeline, "out of memory");
	} else {
		pipeline_expect_keys(r->pipeline, timeline_may_have_secrets(timeline));
		if (r->filter || r->spool || r->watch)
			timeline_run(timeline, analyze_frame, r);
		else
			timeline_run(timeline, pipeline_push, r->pipeline);
		stopped = r->watch && r->watch->stopped;
		if (stopped && r->watch->interrupted)
			report_interrupt(r);
		for (size_t i = 0; !stopped && (error = timeline_error(timeline, i)); i++)
			pipeline_error(r->pipeline, error);
		for (size_t i = 0; r->filter && (error = packet_filter_error(r->filter, i)); i++)
			pipeline_error(r->pipeline, error);
	}
	if (r->watch)
		input_watch_end(r->watch);
	pipeline_finish(r->pipeline);
	timeline_destroy(timeline);
}

/* Goes over the packets again. Returns false if that is not possible. */
static bool run_again(struct reading *r)
{
	struct timeline *timeline;

	if (r->spool)
		return spool_run(r->spool, cut_frame, r);
	timeline = timeline_create(&r->files);
	if (!timeline)
		return false;
	timeline_run(timeline, cut_frame, r);
	timeline_destroy(timeline);
	return true;
}

bool reading_cut(struct reading *r, const char *path)
{
	uint64_t lost = r->spool ? spool_lost(r->spool) : 0;
	bool good = cut_begin(r->cut) && run_again(r);
	const char *loss;

	if (!good)
		notice("smtpscope: %s: the packets could not be read a second time\n", path);
	errno = 0;
	if (good && !cut_finish(r->cut)) {
		notice("smtpscope: %s: %s\n", path, strerror(errno));
		good = false;
	}
	for (size_t i = 0; (loss = cut_loss(r->cut, i)); i++) {
		notice("smtpscope: %s: %s\n", path, loss);
		good = false;
	}
	if (lost) {
		notice("smtpscope: %s: the last %llu packets of the input were not kept for it\n", path,
		       (unsigned long long)lost);
		good = false;
	}
	return good;
}
