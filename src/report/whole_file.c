/* SPDX-License-Identifier: BSD-2-Clause */
#include "whole_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = WHOLE_RECORD_MAX };

/* Writes as much as possible. Returns how much, with errno if it is not all. */
static size_t write_all(int fd, const char *at, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t count = write(fd, at + done, length - done);

		if (count > 0)
			done += (size_t)count;
		else if (count == 0 || errno != EINTR)
			break;
	}
	return done;
}

/* The length of |at| up to the end of its last record. */
static size_t whole_length(const struct whole_file *w, const char *at, size_t length, size_t written)
{
	const char *last;

	if (w->unit == WHOLE_ANNOUNCED)
		return written == length ? length : 0;
	last = written ? memrchr(at, '\n', written) : NULL;
	return last ? (size_t)(last - at) + 1 : 0;
}

/* How many lines end in |at|. */
static uint64_t count_lines(const char *at, size_t length)
{
	uint64_t count = 0;

	for (const char *end = at + length; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
		count++;
	return count;
}

/* Takes |count| bytes from the end of the file. Returns whether that was possible. */
static bool cut_back(const struct whole_file *w, size_t count)
{
	off_t at = w->regular ? lseek(w->fd, 0, SEEK_CUR) : -1;

	if (at < (off_t)count || ftruncate(w->fd, at - (off_t)count) != 0)
		return false;
	return lseek(w->fd, at - (off_t)count, SEEK_SET) >= 0;
}

/* Of |length| bytes, only |written| could be written. */
static void take_back(struct whole_file *w, const char *at, size_t length, size_t written)
{
	size_t whole = whole_length(w, at, length, written), part = written - whole + (whole ? 0 : w->open);

	w->failed = errno ? errno : ENOSPC;
	w->torn = part && !cut_back(w, part);
	w->open = 0;
	w->broken = w->unit == WHOLE_LINES && at[length - 1] != '\n';
	w->lost +=
	    w->unit == WHOLE_LINES ? count_lines(at + whole, length - whole) + w->broken : w->waiting_records;
}

/* The rest of a record whose beginning is lost. Returns its length, and all of |length| if it goes on. */
static size_t rest_of_broken(struct whole_file *w, const char *at, size_t length)
{
	const char *end = w->broken ? memchr(at, '\n', length) : at - 1;

	if (!end)
		return length;
	w->broken = false;
	return (size_t)(end + 1 - at);
}

/* Writes the head if it is due. Returns false if it cannot be written: no record may follow then. */
static bool put_head(struct whole_file *w)
{
	size_t written;

	if (!w->headless)
		return true;
	errno = 0;
	written = write_all(w->fd, (const char *)w->head.at, w->head.length);
	w->headless = written < w->head.length;
	if (!w->headless)
		return true;
	w->failed = errno ? errno : ENOSPC;
	(void)cut_back(w, written);
	return false;
}

static void put_records(struct whole_file *w, const char *at, size_t length)
{
	size_t written = 0, whole;

	if (w->torn && write_all(w->fd, "\n", 1) == 1)
		w->torn = false;
	if (put_head(w)) {
		errno = 0;
		written = write_all(w->fd, at, length);
	}
	if (written < length) {
		take_back(w, at, length, written);
		return;
	}
	whole = whole_length(w, at, length, length);
	w->open = length - whole + (whole ? 0 : w->open);
}

/* The write function of the stream (fopencookie). Failures are reported by whole_file_flush, so that stdio forgets what is lost. */
static ssize_t put(void *file, const char *at, size_t length)
{
	struct whole_file *w = file;
	size_t skip = rest_of_broken(w, at, length);

	if (skip < length)
		put_records(w, at + skip, length - skip);
	w->waiting_bytes = 0;
	w->waiting_records = 0;
	return (ssize_t)length;
}

void whole_file_record(struct whole_file *w, size_t length)
{
	if (w->waiting_bytes + length > BUFFER)
		fflush(w->stream);
	w->waiting_bytes += length;
	w->waiting_records++;
}

void whole_file_set_head(struct whole_file *w, struct span head)
{
	w->head = head;
	whole_file_moved(w);
}

void whole_file_moved(struct whole_file *w)
{
	struct stat facts = { 0 };

	w->regular = fstat(w->fd, &facts) == 0 && S_ISREG(facts.st_mode);
	w->open = 0;
	w->torn = false;
	w->headless = w->head.length && (!w->regular || facts.st_size == 0);
	(void)put_head(w);
}

bool whole_file_init(struct whole_file *w, int fd, enum whole_unit unit)
{
	const cookie_io_functions_t functions = { .write = put };

	*w = (struct whole_file){ .fd = fd, .unit = unit };
	w->stream = fopencookie(w, "w", functions);
	if (!w->stream)
		return false;
	/* Without a buffer of ours, glibc uses 4 KiB, regardless of the requested size. */
	w->buffer = malloc(BUFFER);
	if (w->buffer)
		setvbuf(w->stream, w->buffer, _IOFBF, BUFFER);
	whole_file_moved(w);
	return true;
}

int whole_file_flush(struct whole_file *w)
{
	int failed;

	fflush(w->stream);
	failed = w->failed;
	w->failed = 0;
	return failed;
}

int whole_file_finish(struct whole_file *w)
{
	int failed = w->stream ? whole_file_flush(w) : 0;

	if (w->stream)
		fclose(w->stream);
	free(w->buffer);
	w->stream = NULL;
	w->buffer = NULL;
	return failed;
}
