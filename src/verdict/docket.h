/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * docket: the findings of one session, kept until it ends, so that they can be weighed against each other. Bounded: findings
 * beyond DOCKET_MAX are not kept.
 */
#ifndef SMTPSCOPE_DOCKET_H
#define SMTPSCOPE_DOCKET_H

#include "account.h"
#include "finding.h"

enum { DOCKET_MAX = 512 };

/* One finding that was kept. Its frames and its texts, except those of the rules, lie behind it. */
struct charge {
	struct finding finding;
	const struct charge *root;	       /* the finding it follows from, or NULL */
	const struct explanation *explanation; /* never NULL; lives as long as the rules */
	struct frame_ref frames[];
};

/* A zeroed docket is an empty one. */
struct docket {
	struct charge **charges; /* in the order in which they were raised */
	uint32_t count, capacity;
};

struct explanation;

/* Keeps a copy of |finding|, charged to |account| (NULL: none), always the same one. False: there is no room, or memory is short; nothing is kept then. */
bool docket_add(struct docket *d, const struct finding *finding, const struct explanation *explanation,
		struct account *account);
/* The finding that was raised with |number|, or NULL. */
struct charge *docket_find(const struct docket *d, uint64_t number);
/* Frees all memory; the docket is empty then. */
void docket_finish(struct docket *d, struct account *account);

#endif
