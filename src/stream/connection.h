/* SPDX-License-Identifier: BSD-2-Clause */
/* connection: processes the segments of one TCP connection. */
#ifndef SMTPSCOPE_CONNECTION_H
#define SMTPSCOPE_CONNECTION_H

#include "order.h"

/* Processes a segment that |direction| sent, and delivers what is now in order. */
void connection_push(struct connection *c, const struct segment *segment, enum direction direction,
		     const struct connection_limits *limits);
/* Returns whether the connection was reset, or both directions were closed, and everything is delivered. */
static inline bool connection_closed(const struct connection *c)
{
	const struct flow_side *a = &c->flow.side[DIR_CLIENT], *b = &c->flow.side[DIR_SERVER];

	/* The first FIN or RST that was delivered also set |closed|. */
	return c->flow.closed != FLOW_OPEN && !order_holds(c) && (a->rst || b->rst || (a->fin && b->fin));
}
void connection_finish(struct connection *c);

#endif
