/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include "figures.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_LIMIT = 400, MEGABYTE = 1000000 };

static const tstamp SHOWN_AFTER = TSTAMP_SECOND, RENEWED_EVERY = 200 * TSTAMP_MILLISECOND;

static tstamp now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * TSTAMP_SECOND + t.tv_nsec;
}

void progress_init(struct progress *p, char *const *paths, size_t count)
{
	struct stat facts;

	*p = (struct progress){ .wanted = isatty(STDERR_FILENO), .started = now() };
	for (size_t i = 0; i < count; i++) {
		/* Without the size of one of them the end is not known. */
		if (strcmp(paths[i], "-") == 0 ? fstat(STDIN_FILENO, &facts) != 0 : stat(paths[i], &facts) != 0)
			continue;
		if (!S_ISREG(facts.st_mode)) {
			p->total = 0;
			return;
		}
		p->total += (uint64_t)facts.st_size;
	}
}

void progress_add(struct progress *p, size_t bytes)
{
	p->done += bytes;
}

bool progress_due(const struct progress *p)
{
	tstamp time;

	if (!p->wanted)
		return false;
	time = now();
	return time - p->started >= SHOWN_AFTER && time - p->drawn >= RENEWED_EVERY;
}

void progress_text(struct buf *text, const struct progress *p, const struct pipeline_counts *counts,
		   tstamp elapsed)
{
	char figure[FIGURE_SIZE];
	uint64_t done = p->total && p->done > p->total ? p->total : p->done;

	figure_count(figure, done / MEGABYTE);
	buf_text(text, figure);
	if (p->total) {
		figure_count(figure, p->total / MEGABYTE);
		buf_format(text, " of %s MB (%u%%)", figure, (unsigned)((double)done * 100 / (double)p->total));
	} else {
		buf_text(text, " MB");
	}
	figure_many(figure, counts->packets, "packet", NULL);
	buf_format(text, ", %s", figure);
	figure_many(figure, counts->sessions, "session", NULL);
	buf_format(text, ", %s", figure);
	if (!p->total || !done || done == p->total)
		return;
	figure_count(figure, (uint64_t)((double)elapsed / (double)done * (double)(p->total - done) /
					(double)TSTAMP_SECOND) +
				 1);
	buf_format(text, ", %s s left", figure);
}

void progress_show(struct progress *p, const struct pipeline_counts *counts)
{
	struct winsize size;
	size_t width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
	struct buf text;

	buf_init(&text, TEXT_LIMIT);
	p->drawn = now();
	progress_text(&text, p, counts, p->drawn - p->started);
	/* The last column stays free: some terminals would begin a new line. */
	fprintf(stderr, "\r%.*s\033[K", (int)(width - 1), buf_string(&text));
	fflush(stderr);
	p->shown = true;
	buf_finish(&text);
}

void progress_clear(struct progress *p)
{
	if (!p->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->shown = false;
}
