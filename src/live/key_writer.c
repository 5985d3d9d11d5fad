/* SPDX-License-Identifier: BSD-2-Clause */
#include "key_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_SIZE = 64 + 2 * TLS_RANDOM_SIZE + 2 * TLS_SECRET_MAX };

struct key_writer {
	int fd;
	int failed;
};

/* What is wrong with the file; NULL: nothing. */
static const char *why_unfit(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return strerror(errno);
	if (!S_ISREG(status.st_mode))
		return "not a regular file";
	if (status.st_uid != geteuid())
		return "belongs to another user";
	if (status.st_mode & 077)
		return "other users can read or write it; change its mode to 600";
	return NULL;
}

struct key_writer *key_writer_open(const char *path, struct buf *error)
{
	struct key_writer *w = calloc(1, sizeof *w);
	const char *wrong;

	if (!w) {
		buf_text(error, "out of memory");
		return NULL;
	}
	/* Not blocking: opening a pipe that nobody reads would wait for ever. */
	w->fd =
	    open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	wrong = w->fd >= 0 ? why_unfit(w->fd) : errno == ELOOP ? "it is a symbolic link" : strerror(errno);
	if (!wrong)
		return w;
	buf_format(error, "%s: %s", path, wrong);
	if (w->fd >= 0)
		close(w->fd);
	free(w);
	return NULL;
}

static size_t add_hex(char *to, const uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	return 2 * count;
}

void key_writer_put(struct key_writer *w, const uint8_t random[static TLS_RANDOM_SIZE],
		    enum tls_secret_kind kind, const struct tls_secret *secret)
{
	static const char *const labels[TLS_SECRET_KINDS] = {
		[TLS_SECRET_MASTER] = "CLIENT_RANDOM",
		[TLS_SECRET_CLIENT_HANDSHAKE] = "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
		[TLS_SECRET_SERVER_HANDSHAKE] = "SERVER_HANDSHAKE_TRAFFIC_SECRET",
		[TLS_SECRET_CLIENT_APPLICATION] = "CLIENT_TRAFFIC_SECRET_0",
		[TLS_SECRET_SERVER_APPLICATION] = "SERVER_TRAFFIC_SECRET_0",
		[TLS_SECRET_CLIENT_EARLY] = "CLIENT_EARLY_TRAFFIC_SECRET",
	};
	char line[LINE_SIZE];
	size_t length;

	if (kind >= TLS_SECRET_KINDS || !labels[kind] || !secret->length || secret->length > TLS_SECRET_MAX)
		return;
	length = strlen(labels[kind]);
	memcpy(line, labels[kind], length);
	line[length++] = ' ';
	length += add_hex(line + length, random, TLS_RANDOM_SIZE);
	line[length++] = ' ';
	length += add_hex(line + length, secret->bytes, secret->length);
	line[length++] = '\n';
	if (write(w->fd, line, length) != (ssize_t)length && !w->failed)
		w->failed = errno ? errno : ENOSPC;
	explicit_bzero(line, sizeof line);
}

int key_writer_failed(const struct key_writer *w)
{
	return w->failed;
}

void key_writer_close(struct key_writer *w)
{
	if (!w)
		return;
	close(w->fd);
	free(w);
}
