/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_key_log: reads the lines of a key log (RFC 9850, the format of SSLKEYLOGFILE) into a store of keys, from pieces of any
 * size. A line is a label, the client random and a secret, both in hexadecimal.
 */
#ifndef SMTPSCOPE_TLS_KEY_LOG_H
#define SMTPSCOPE_TLS_KEY_LOG_H

#include "tls_keys.h"

enum { TLS_KEY_LOG_LINE = 512 }; /* bytes of a line; longer ones are malformed */

struct tls_key_log {
	struct tls_keys *keys;
	uint64_t lines;		  /* ended so far */
	uint64_t secrets;	  /* added */
	uint64_t unknown;	  /* lines with a label that is not used here */
	uint64_t malformed;	  /* lines that are not of this format, and not comments */
	uint64_t first_malformed; /* 1-based number of the first of them; 0: none */
	size_t length;		  /* of the unfinished line; larger than TLS_KEY_LOG_LINE: it is too long */
	uint8_t line[TLS_KEY_LOG_LINE];
};

/* Begins a key log whose secrets go to |keys|, which must outlive it. */
void tls_key_log_begin(struct tls_key_log *log, struct tls_keys *keys);
void tls_key_log_push(struct tls_key_log *log, struct span bytes);
/* Ends the log: reads a last line without a line end, and cleanses the buffer. */
void tls_key_log_end(struct tls_key_log *log);
/* The log was cut: its last line, as far as it was passed, is none. */
void tls_key_log_drop_line(struct tls_key_log *log);

#endif
