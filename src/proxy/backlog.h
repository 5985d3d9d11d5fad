/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backlog: chunks and events of a flow that are held back, in the order in which they came, each with what the flow was like
 * then. The owner bounds it by looking at |bytes|.
 */
#ifndef SMTPSCOPE_BACKLOG_H
#define SMTPSCOPE_BACKLOG_H

#include "account.h"
#include "flow_view.h"

struct backlog_entry {
	struct backlog_entry *next; /* of the last one: the first */
	struct flow_moment moment;
	bool is_event;
	union {
		struct chunk chunk;	 /* its bytes are |copy| */
		struct flow_event event; /* |copy| holds its segment without the payload, for an ICMP error only */
	};
	_Alignas(max_align_t) uint8_t copy[];
};

/* Zeroed: empty. */
struct backlog {
	struct backlog_entry *last; /* in a ring; NULL: there is none */
	size_t bytes;		    /* memory in use, about */
};

/* Returns the first entry, or NULL. */
static inline const struct backlog_entry *backlog_first(const struct backlog *b)
{
	return b->last ? b->last->next : NULL;
}

/* |account| is charged with the entries, always the same one; NULL: none. */

/* Adds a copy at the end; false if memory is short. */
bool backlog_add_chunk(struct backlog *b, const struct chunk *chunk, const struct flow_moment *moment,
		       struct account *account);
bool backlog_add_event(struct backlog *b, const struct flow_event *event, const struct flow_moment *moment,
		       struct account *account);
/* Removes the first entry; the caller must free it with account_free. NULL if there is none. */
struct backlog_entry *backlog_take(struct backlog *b);
void backlog_clear(struct backlog *b, struct account *account);

#endif
