/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ended: the record of a connection that is over, kept so that its late packets do not open a new one. It is
 * small, because with short connections there are far more of these than of open ones. A connection that was evicted leaves one, too: its next
 * packet opens a flow that continues it.
 */
#ifndef SMTPSCOPE_ENDED_H
#define SMTPSCOPE_ENDED_H

#include "connection_state.h"

struct ended {
	struct known known; /* first, because the map casts */
	struct known_key key;
	struct ended *next, *previous;
	tstamp closed_at;
	uint32_t base[2];
	bool base_known[2];
	bool client_is_low; /* the client is the lower endpoint of the key */
	bool answered;	    /* the server had sent something */
	bool ignored;	    /* the sink did not want it: keep the record until the connection is idle */
	uint64_t number;    /* of the flow, if it was evicted; otherwise 0 */
};

/* In order of |closed_at|. */
struct ended_list {
	struct ended *first, *last;
	size_t count;
};

/* Creates the record of |c|, which is in no list or map yet, charged to the account of |c|. Returns NULL if memory runs out. */
struct ended *ended_create(const struct connection *c);
void ended_append(struct ended_list *list, struct ended *e);
void ended_remove(struct ended_list *list, struct ended *e);
/* Returns whether |g| opens a new connection between the same endpoints. */
bool ended_is_reopened(const struct ended *e, const struct segment *g);

#endif
