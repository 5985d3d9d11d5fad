/* SPDX-License-Identifier: BSD-2-Clause */
#include "compressed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decoder.h"

/*
 * A pcap file header is 24 bytes long, so every capture file has this many. A pipe may deliver them in
 * pieces.
 */
#define HEAD_WANTED 24

struct compressed {
	int fd;
	bool rewound;			 /* the bytes in |raw| will be read from |fd| again */
	const struct decoder_kind *kind; /* NULL: not compressed */
	void *decoder;
	uint8_t *raw; /* bytes as they are in the file */
	size_t raw_size, raw_at, raw_end;
	uint8_t head[COMPRESSED_HEAD_SIZE]; /* the first decompressed bytes */
	size_t head_at, head_length;
	const struct read_watch *watch; /* NULL: none */
	bool stopped;			/* by the watch */
	bool failed;
	char error[200];
};

static ssize_t fd_read(struct compressed *c, void *to, size_t size)
{
	ssize_t count;

	do {
		if (c->watch && !c->watch->before(c->watch->context, c->fd)) {
			c->stopped = true;
			return 0;
		}
		count = read(c->fd, to, size);
	} while (count < 0 && errno == EINTR);
	if (count > 0 && c->watch)
		c->watch->after(c->watch->context, (size_t)count);
	if (count < 0) {
		snprintf(c->error, sizeof c->error, "reading failed: %s", strerror(errno));
		c->failed = true;
	}
	return count;
}

/* Supplies compressed bytes to the decoder. */
static ssize_t next_raw(void *context, const uint8_t **at)
{
	struct compressed *c = context;
	ssize_t count;

	if (c->raw_at == c->raw_end) {
		count = fd_read(c, c->raw, c->raw_size);
		if (count <= 0)
			return count;
		c->raw_at = 0;
		c->raw_end = (size_t)count;
	}
	*at = c->raw + c->raw_at;
	count = (ssize_t)(c->raw_end - c->raw_at);
	c->raw_at = c->raw_end;
	return count;
}

static ssize_t decoded_read(struct compressed *c, void *to, size_t size)
{
	const char *why = "";
	ssize_t count = c->kind->read(c->decoder, to, size, &why);

	if (count < 0 && !c->failed) {
		snprintf(c->error, sizeof c->error, "the %s data %s", c->kind->name, why);
		c->failed = true;
	}
	return count;
}

ssize_t compressed_read(struct compressed *c, void *to, size_t size)
{
	size_t count;

	if (size == 0)
		return 0;
	if (c->head_at < c->head_length) {
		count = c->head_length - c->head_at;
		count = count < size ? count : size;
		memcpy(to, c->head + c->head_at, count);
		c->head_at += count;
		return (ssize_t)count;
	}
	if (c->kind)
		return decoded_read(c, to, size);
	if (c->raw_at < c->raw_end) {
		count = c->raw_end - c->raw_at;
		count = count < size ? count : size;
		memcpy(to, c->raw + c->raw_at, count);
		c->raw_at += count;
		return (ssize_t)count;
	}
	return fd_read(c, to, size);
}

/* Reads the first bytes; if |fd| is seekable, seeks back so that they stay unread. */
static void look_at_raw(struct compressed *c)
{
	ssize_t count;

	while (c->raw_end < HEAD_WANTED) {
		size_t room = COMPRESSED_HEAD_SIZE - c->raw_end;
		count = fd_read(c, c->raw + c->raw_end, room);
		if (count <= 0)
			break;
		c->raw_end += (size_t)count;
	}
	c->kind = decoder_find(span_of(c->raw, c->raw_end));
	if (c->raw_end && lseek(c->fd, -(off_t)c->raw_end, SEEK_CUR) >= 0)
		c->rewound = true;
}

/* Fills |head|. Bytes that stay neither in |fd| nor in |raw| are later read from |head|. */
static void look_at_head(struct compressed *c)
{
	if (!c->kind) {
		memcpy(c->head, c->raw, c->raw_end);
		c->head_at = c->head_length = c->raw_end;
		if (c->rewound)
			c->raw_at = c->raw_end = 0;
		return;
	}
	if (c->rewound)
		c->raw_at = c->raw_end = 0;
	while (c->head_length < HEAD_WANTED) {
		ssize_t count =
		    decoded_read(c, c->head + c->head_length, COMPRESSED_HEAD_SIZE - c->head_length);
		if (count <= 0)
			break;
		c->head_length += (size_t)count;
	}
}

static bool open_path(struct compressed *c, const char *path, struct buf *error)
{
	struct stat facts;

	if (strcmp(path, "-") == 0)
		c->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		c->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (c->fd < 0 || fstat(c->fd, &facts) < 0) {
		buf_text(error, strerror(errno));
		return false;
	}
	if (S_ISDIR(facts.st_mode)) {
		buf_text(error, strerror(EISDIR));
		return false;
	}
	return true;
}

static bool start(struct compressed *c, const char *path, struct buf *error)
{
	if (!open_path(c, path, error))
		return false;
	look_at_raw(c);
	if (c->kind) {
		c->decoder = c->kind->create(next_raw, c);
		if (!c->decoder) {
			buf_format(error, "%s decompression needs %s, which is not installed", c->kind->name,
				   c->kind->library ? c->kind->library : "more memory");
			return false;
		}
	}
	if (c->failed) {
		buf_text(error, c->error);
		return false;
	}
	look_at_head(c);
	return true;
}

struct compressed *compressed_open(const char *path, size_t buffer_size, const struct read_watch *watch,
				   struct buf *error)
{
	struct compressed *c = calloc(1, sizeof *c);

	buf_format(error, "%s: ", strcmp(path, "-") == 0 ? "standard input" : path);
	if (!c) {
		buf_text(error, strerror(ENOMEM));
		return NULL;
	}
	c->fd = -1;
	c->watch = watch;
	c->raw_size = buffer_size < 4096 ? 4096 : buffer_size;
	c->raw = malloc(c->raw_size);
	if (!c->raw) {
		buf_text(error, strerror(ENOMEM));
	} else if (start(c, path, error)) {
		buf_clear(error);
		return c;
	}
	compressed_close(c);
	return NULL;
}

void compressed_close(struct compressed *c)
{
	if (!c)
		return;
	if (c->kind)
		c->kind->destroy(c->decoder);
	if (c->fd >= 0)
		close(c->fd);
	free(c->raw);
	free(c);
}

const char *compressed_kind(const struct compressed *c)
{
	return c->kind ? c->kind->name : NULL;
}

struct span compressed_head(const struct compressed *c)
{
	return span_of(c->head, c->head_length);
}

bool compressed_stopped(const struct compressed *c)
{
	return c->stopped;
}

const char *compressed_error(const struct compressed *c)
{
	return c->failed ? c->error : NULL;
}
