/* SPDX-License-Identifier: BSD-2-Clause */
/* backlog: chunks and events of a flow that wait, in the order in which they came. Bounded by its owner, who asks for |bytes|. */
#ifndef SMTPSCOPE_BACKLOG_H
#define SMTPSCOPE_BACKLOG_H

#include "chunk.h"

struct backlog_entry {
	struct backlog_entry *next;
	bool is_event;
	union {
		struct chunk chunk; /* its bytes are |copy| */
		struct flow_event event; /* its segment, kept of an ICMP error only, is |copy|, the payload left out */
	};
	_Alignas(max_align_t) uint8_t copy[];
};

struct backlog {
	struct backlog_entry *first, *last;
	size_t bytes; /* memory held, about */
};

/* Adds a copy at the end; false where memory is short. */
bool backlog_add_chunk(struct backlog *b, const struct chunk *chunk);
bool backlog_add_event(struct backlog *b, const struct flow_event *event);
/* Takes the first out; the caller frees it. NULL: none. */
struct backlog_entry *backlog_take(struct backlog *b);
void backlog_clear(struct backlog *b);

#endif
