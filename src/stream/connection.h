/* SPDX-License-Identifier: BSD-2-Clause */
/* connection: processes the segments of one TCP connection. */
#ifndef SMTPSCOPE_CONNECTION_H
#define SMTPSCOPE_CONNECTION_H

#include "connection_state.h"

/* Processes a segment that |direction| sent, and delivers what is now in order. */
void connection_push(struct connection *c, const struct segment *segment, enum direction direction,
		     const struct connection_limits *limits);
/* Returns whether the connection was reset, or both directions were closed, and everything is delivered. */
bool connection_closed(const struct connection *c);
void connection_finish(struct connection *c);

#endif
