/* SPDX-License-Identifier: BSD-2-Clause */
#include "key_log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 16 * 1024 };

static void warn_of_access(const char *path, const struct stat *file, struct buf *warning)
{
	struct stat link;

	if (lstat(path, &link) == 0 && S_ISLNK(link.st_mode) &&
	    (S_ISREG(file->st_mode) || S_ISFIFO(file->st_mode)))
		buf_format(warning, "%s: warning: the key log is a symbolic link", path);
	else if (S_ISREG(file->st_mode) && (file->st_mode & (S_IRGRP | S_IROTH)))
		buf_format(warning,
			   "%s: warning: others can read this key log, and with it the TLS sessions; chmod 600",
			   path);
}

bool key_log_file_open(struct key_log_file *f, const char *path, bool follow, struct tls_keys *keys,
		       struct buf *error, struct buf *warning)
{
	struct stat file;

	*f = (struct key_log_file){ .path = path };
	f->descriptor = open(path, O_RDONLY | O_CLOEXEC | (follow ? O_NONBLOCK : 0));
	if (f->descriptor < 0 || fstat(f->descriptor, &file) != 0 ||
	    (S_ISDIR(file.st_mode) && (errno = EISDIR))) {
		buf_format(error, "%s: %s", path, strerror(errno));
		if (f->descriptor >= 0)
			close(f->descriptor);
		f->descriptor = -1;
		return false;
	}
	warn_of_access(path, &file, warning);
	tls_key_log_begin(&f->log, keys);
	return true;
}

bool key_log_file_read(struct key_log_file *f)
{
	uint8_t piece[PIECE];
	struct stat file;
	ssize_t count;

	/* A log that was emptied is read from its beginning again. */
	if (fstat(f->descriptor, &file) == 0 && S_ISREG(file.st_mode) && file.st_size < f->read &&
	    lseek(f->descriptor, 0, SEEK_SET) == 0) {
		f->read = 0;
		tls_key_log_drop_line(&f->log);
	}
	while ((count = read(f->descriptor, piece, sizeof piece)) > 0) {
		f->read += count;
		tls_key_log_push(&f->log, span_of(piece, (size_t)count));
	}
	if (count < 0 && errno != EAGAIN && errno != EINTR)
		return false;
	explicit_bzero(piece, sizeof piece);
	return true;
}

void key_log_file_close(struct key_log_file *f, struct buf *warning)
{
	if (f->descriptor < 0)
		return;
	tls_key_log_end(&f->log);
	if (f->log.malformed)
		buf_format(warning,
			   "%s: line %" PRIu64 ": not a line of a key log (%" PRIu64
			   " such line%s of %" PRIu64 ")",
			   f->path, f->log.first_malformed, f->log.malformed,
			   f->log.malformed == 1 ? "" : "s", f->log.lines);
	close(f->descriptor);
	f->descriptor = -1;
}
