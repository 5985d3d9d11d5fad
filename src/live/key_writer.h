/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key_writer: writes TLS secrets as a key log (the NSS format, which Wireshark reads). Only the secrets of sessions that were
 * opened with them: those of other programs on this host are not written.
 */
#ifndef SMTPSCOPE_KEY_WRITER_H
#define SMTPSCOPE_KEY_WRITER_H

#include "buf.h"
#include "tls_keys.h"

struct key_writer;

/*
 * Opens |path| for appending, or creates it with mode 0600. Returns NULL, and a line in |error|, if it is a link, not a regular
 * file, belongs to another user, or others can read or write it.
 */
struct key_writer *key_writer_open(const char *path, struct buf *error);
/* Writes one line: |secret| of the connection with the client random |random|. Kinds that key logs do not have are left out. */
void key_writer_put(struct key_writer *w, const uint8_t random[static TLS_RANDOM_SIZE],
		    enum tls_secret_kind kind, const struct tls_secret *secret);
/* The error number of the first line that could not be written; 0: none. */
int key_writer_failed(const struct key_writer *w);
void key_writer_close(struct key_writer *w);

#endif
