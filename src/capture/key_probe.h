/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key_probe: reads the TLS secrets of this host's processes at the moment they are derived, with uprobes on two exported
 * functions (key_probe.bpf.c). A probe is on the file of a library: it covers all processes that use it, also later ones and
 * those in chroots and containers. Handshakes before key_probe_open are not seen.
 */
#ifndef SMTPSCOPE_KEY_PROBE_H
#define SMTPSCOPE_KEY_PROBE_H

#include "buf.h"
#include "crypto_library.h"
#include "key_event.h"

struct key_probe;

/* The event is valid during the call, and is cleansed after it. */
typedef void key_event_sink(void *context, const struct key_event *event);

/*
 * Attaches the probes; needs root. Returns NULL, and a line in |error|, if this program was built without probes, the kernel
 * has none, the rights are missing, or there is no library to probe. After this, nothing needs rights.
 */
struct key_probe *key_probe_open(key_event_sink *sink, void *context, struct buf *error);
/* Passes all events on to the sink. Makes no system call. */
void key_probe_consume(struct key_probe *p);
/* Events that found no room so far. */
uint64_t key_probe_lost(const struct key_probe *p);
/* The libraries that are covered; their files are closed. NULL past the last. */
const struct crypto_library *key_probe_library(const struct key_probe *p, size_t index);
/* A library that could not be covered, with the reason; NULL past the last. */
const char *key_probe_failure(const struct key_probe *p, size_t index);
/* Removes the probes. */
void key_probe_close(struct key_probe *p);

#endif
