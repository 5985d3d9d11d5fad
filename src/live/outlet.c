/* SPDX-License-Identifier: BSD-2-Clause */
#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_KEPT = 512 };

static bool fail(const struct outlet *o, struct buf *error)
{
	const char *name = o->config.path ? o->config.path : o->name ? o->name : "standard output";

	buf_format(error, "%s: %s", name, strerror(errno));
	return false;
}

/* Opens the directory of the path and finds the name in it. */
static bool open_directory(struct outlet *o, struct buf *error)
{
	const char *slash = strrchr(o->config.path, '/');

	o->name = slash ? slash + 1 : o->config.path;
	o->directory_path = slash ? strndup(o->config.path, (size_t)(slash - o->config.path) + 1) : strdup(".");
	if (!o->directory_path)
		return fail(o, error);
	o->directory = open(o->directory_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return o->directory >= 0 || fail(o, error);
}

static int open_file(const struct outlet *o)
{
	return openat(o->directory, o->name, O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND | O_NOCTTY, 0640);
}

/* Renames FILE.2 to FILE.3, FILE.1 to FILE.2 and FILE to FILE.1; overwrites the oldest. */
static bool shift(const struct outlet *o, struct buf *error)
{
	char from[NAME_KEPT], to[NAME_KEPT];

	for (unsigned n = o->config.keep; n > 0; n--) {
		snprintf(to, sizeof to, "%s.%u", o->name, n);
		if (n > 1)
			snprintf(from, sizeof from, "%s.%u", o->name, n - 1);
		else
			snprintf(from, sizeof from, "%s", o->name);
		if (renameat(o->directory, from, o->directory, to) != 0 && errno != ENOENT)
			return fail(o, error);
	}
	return true;
}

/* Rotates a file of an earlier start that must not be continued. */
static bool set_aside(const struct outlet *o, struct buf *error)
{
	struct stat facts;

	if (fstatat(o->directory, o->name, &facts, 0) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0)
		return true;
	return shift(o, error);
}

static bool open_stream(struct outlet *o, int fd, struct buf *error)
{
	o->whole = calloc(1, sizeof *o->whole);
	if (!o->whole || !whole_file_init(o->whole, fd, o->config.unit))
		return fail(o, error);
	o->file = o->whole->stream;
	return true;
}

bool outlet_init(struct outlet *o, const struct outlet_config *config, struct buf *error)
{
	int fd;

	*o = (struct outlet){ .config = *config, .directory = -1, .begun = TSTAMP_NONE };
	if (config->path && (!open_directory(o, error) || (!config->append && !set_aside(o, error))))
		return false;
	fd = config->path ? open_file(o) : STDOUT_FILENO;
	if (fd < 0)
		return fail(o, error);
	return open_stream(o, fd, error);
}

bool outlet_init_open(struct outlet *o, int fd, const char *name, enum whole_unit unit, struct buf *error)
{
	*o = (struct outlet){ .config = { .unit = unit }, .directory = -1, .name = name, .begun = TSTAMP_NONE };
	return open_stream(o, fd, error);
}

void outlet_set_head(struct outlet *o, struct span head)
{
	whole_file_set_head(o->whole, head);
}

/* Keeps the descriptor, so that writers to |file| continue. */
static bool begin_anew(struct outlet *o, struct buf *error)
{
	int fd = open_file(o);
	bool good;

	if (fd < 0)
		return fail(o, error);
	good = dup3(fd, o->whole->fd, O_CLOEXEC) >= 0;
	close(fd);
	if (!good)
		return fail(o, error);
	whole_file_moved(o->whole);
	o->begun = TSTAMP_NONE;
	return true;
}

/* Writes what is buffered. */
static bool deliver(const struct outlet *o, struct buf *error)
{
	int failed = whole_file_flush(o->whole);

	if (!failed)
		return true;
	errno = failed;
	return fail(o, error);
}

static bool rotate(struct outlet *o, struct buf *error)
{
	if (!shift(o, error))
		return false;
	o->rotations++;
	return begin_anew(o, error);
}

static bool is_full(const struct outlet *o)
{
	struct stat facts;

	return o->config.size && fstat(o->whole->fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
	       (uint64_t)facts.st_size >= o->config.size;
}

bool outlet_flush(struct outlet *o, tstamp now, struct buf *error)
{
	if (!deliver(o, error))
		return false;
	if (o->directory < 0)
		return true;
	if (o->begun == TSTAMP_NONE)
		o->begun = now;
	if (is_full(o) || (o->config.age && now - o->begun >= o->config.age))
		return rotate(o, error);
	return true;
}

bool outlet_reopen(struct outlet *o, struct buf *error)
{
	if (o->directory < 0)
		return true;
	if (!deliver(o, error))
		return false;
	return begin_anew(o, error);
}

bool outlet_give(const struct outlet *o, unsigned uid, unsigned gid, struct buf *error)
{
	struct stat facts;

	/* Standard output, pipes and devices keep their owner. */
	if (!o->file || o->directory < 0 || fstat(o->whole->fd, &facts) != 0 || !S_ISREG(facts.st_mode))
		return true;
	return fchown(o->whole->fd, uid, gid) == 0 || fail(o, error);
}

uint64_t outlet_lost(const struct outlet *o)
{
	return o->whole ? o->whole->lost : 0;
}

bool outlet_finish(struct outlet *o, struct buf *error)
{
	int failed = o->whole ? whole_file_finish(o->whole) : 0;
	bool good = true;

	if (o->whole && o->config.path && close(o->whole->fd) != 0 && !failed)
		failed = errno;
	if (failed) {
		errno = failed;
		good = fail(o, error);
	}
	free(o->whole);
	if (o->directory >= 0)
		close(o->directory);
	free(o->directory_path);
	*o = (struct outlet){ .directory = -1 };
	return good;
}
