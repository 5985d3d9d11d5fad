/* SPDX-License-Identifier: BSD-2-Clause */
/* metrics_server: serves the metrics of a watch by HTTP (libmicrohttpd), without a thread. */
#ifndef SMTPSCOPE_METRICS_SERVER_H
#define SMTPSCOPE_METRICS_SERVER_H

#include "metrics.h"

struct metrics_server;

/* Returns whether |address| has the form "127.0.0.1:9225" or "[::1]:9225". */
bool metrics_server_address_fits(const char *address);

/*
 * Listens at |address|, "127.0.0.1:9225" or "[::1]:9225". |metrics| must outlive it. Returns NULL, and a line
 * in |error|, if the address is invalid or cannot be used.
 */
struct metrics_server *metrics_server_create(const char *address, const struct metrics *metrics,
					     struct buf *error);
/* Accepts NULL. */
void metrics_server_destroy(struct metrics_server *s);
/* A descriptor to poll: readable when metrics_server_run has something to do. */
int metrics_server_descriptor(const struct metrics_server *s);
/* Processes pending requests; never waits. Also call it regularly, to time out stalled requests. */
void metrics_server_run(struct metrics_server *s, const struct statistics *statistics);

#endif
