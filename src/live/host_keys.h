/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_keys: passes the TLS secrets of this host's processes (key_probe.h) to the store of the pipeline, and counts them.
 */
#ifndef SMTPSCOPE_HOST_KEYS_H
#define SMTPSCOPE_HOST_KEYS_H

#include "buf.h"
#include "tls_keys.h"

struct host_keys;

struct host_keys_counts {
	uint64_t handshakes; /* whose secrets were read; two processes of one connection count once */
	uint64_t lost;	     /* secrets that found no room */
};

/*
 * Attaches the probes; needs root, and nothing needs it afterwards. |keys| must outlive them. Prints on standard error which
 * libraries are covered. Returns NULL, and a line in |error|, if there is none.
 */
struct host_keys *host_keys_open(struct tls_keys *keys, struct buf *error);
/* Stores what has arrived. Makes no system call but those of the store. */
void host_keys_read(struct host_keys *h);
void host_keys_count(const struct host_keys *h, struct host_keys_counts *counts);
/* Removes the probes. */
void host_keys_close(struct host_keys *h);

/* For tests: stores one event. */
struct key_event;
bool host_keys_store(struct tls_keys *keys, const struct key_event *event);

#endif
