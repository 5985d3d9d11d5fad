/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_traffic: what the sizes and directions of encrypted records suggest about an SMTP dialogue. A message follows a short reply (354),
 * is longer than any command, and is answered by a short reply again. That is inference: likely at most. doc/tls-inference.md has the
 * precision that was measured.
 */
#ifndef SMTPSCOPE_TLS_TRAFFIC_H
#define SMTPSCOPE_TLS_TRAFFIC_H

#include "flow.h"

/* What one side sent before the other side spoke again, in bytes of plain text. */
struct tls_run {
	uint64_t bytes;
	uint64_t records;
};

/* Zeroed: nothing was seen. */
struct tls_traffic {
	bool begun;
	enum direction speaker;
	struct tls_run run, before; /* the current one, and the other side's last one */
	unsigned client_runs;	    /* ended ones */
	struct tls_run message;	    /* the client's longest run that can be a message; no bytes: none */
	bool awaits_answer;	    /* |message| has ended, and the server is answering */
	bool answered;
};

/* |sender| sent an encrypted record with |plain| bytes of text, after the handshake. Those of each side must be in order. */
void tls_traffic_note(struct tls_traffic *t, enum direction sender, uint32_t plain);
/* No further records will come. */
void tls_traffic_end(struct tls_traffic *t);
/* Returns the size of the message that was probably sent and answered, in bytes with its final dot; 0: none can be told. */
uint64_t tls_traffic_message(const struct tls_traffic *t);

/* Bytes that encryption adds to a record (RFC 8446 5.2, RFC 5246 6.2.3.3); 0: not constant, so sizes are not known. */
uint32_t tls_traffic_overhead(uint16_t version, const char *suite);

#endif
