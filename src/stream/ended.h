/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ended: what is remembered of a connection that is over, so that its late packets open no new one. Kept small: where
 * connections are short, there are far more of these than of open ones.
 */
#ifndef SMTPSCOPE_ENDED_H
#define SMTPSCOPE_ENDED_H

#include "connection.h"

struct ended {
	struct known known; /* first: the table casts */
	struct ended *next, *previous;
	tstamp closed_at;
	uint32_t base[2];
	bool base_known[2];
	bool client_is_low; /* which of the key's endpoints the client is */
	bool answered;	    /* the server had sent something */
	bool ignored;	    /* nobody wanted it: remembered until it falls silent */
};

/* In the order of |closed_at|. */
struct ended_list {
	struct ended *first, *last;
};

/* What is to be remembered of |c|, in no list and no table yet. NULL where memory is short. */
struct ended *ended_create(const struct connection *c);
void ended_append(struct ended_list *list, struct ended *e);
void ended_remove(struct ended_list *list, struct ended *e);
/* Does this segment open the next connection of the same endpoints? */
bool ended_is_followed(const struct ended *e, const struct segment *g);

#endif
