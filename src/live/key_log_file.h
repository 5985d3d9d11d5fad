/* SPDX-License-Identifier: BSD-2-Clause */
/* key_log_file: a key log (tls_key_log.h) as a file, which may grow while it is read, or a FIFO. */
#ifndef SMTPSCOPE_KEY_LOG_FILE_H
#define SMTPSCOPE_KEY_LOG_FILE_H

#include "buf.h"
#include "tls_key_log.h"

struct key_log_file {
	int descriptor; /* -1: none */
	const char *path;
	struct tls_key_log log;
	int64_t read; /* bytes read */
};

/*
 * Opens |path|, which must stay valid; the secrets go to |keys|. If |follow|, nothing waits for a writer of a FIFO. Returns
 * false, with the reason as one line in |error|, if it cannot be opened. If others could read or replace the file, |warning|
 * gets a line that says so.
 */
bool key_log_file_open(struct key_log_file *f, const char *path, bool follow, struct tls_keys *keys,
		       struct buf *error, struct buf *warning);
/* Reads what there is. Returns false, with errno set, if reading fails. Makes no system call but read, fstat and lseek. */
bool key_log_file_read(struct key_log_file *f);
/* Ends the log and closes the file. If lines were malformed, |warning| gets a line that says how many, and which is first. */
void key_log_file_close(struct key_log_file *f, struct buf *warning);

#endif
