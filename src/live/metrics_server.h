/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_server: hands the figures of a watch to whoever asks by HTTP (libmicrohttpd), without a thread of its own. */
#ifndef SMTPSCOPE_METRICS_SERVER_H
#define SMTPSCOPE_METRICS_SERVER_H

#include "metrics.h"

struct metrics_server;

/* Is it "127.0.0.1:9225" or "[::1]:9225"? */
bool metrics_server_address_fits(const char *address);

/*
 * Listens at |address|, "127.0.0.1:9225" or "[::1]:9225". |metrics| has to outlive it. NULL, and a line in |error|, where it is
 * no address or cannot be listened at.
 */
struct metrics_server *metrics_server_create(const char *address, const struct metrics *metrics,
					     struct buf *error);
/* Takes NULL too. */
void metrics_server_destroy(struct metrics_server *s);
/* To be polled: readable where metrics_server_run has something to do. */
int metrics_server_descriptor(const struct metrics_server *s);
/* Does what there is to do, never waits; to be called now and then besides, for questions that never end. */
void metrics_server_run(struct metrics_server *s, const struct statistics *statistics);

#endif
