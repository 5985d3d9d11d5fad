/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * joiner: puts the drafts of all workers in order and writes them: text in the order of the calls that caused it, findings numbered in the
 * order in which they were raised, and stories told of the sessions in the order of their ends. The result is that of one analysis of all
 * connections.
 */
#ifndef SMTPSCOPE_JOINER_H
#define SMTPSCOPE_JOINER_H

#include "draft.h"
#include "number_book.h"

enum { WORKERS_MAX = 16 };

struct joiner {
	size_t workers;
	struct output output; /* where the text goes */
	struct analysis *stories; /* tells the stories; NULL: the only worker's analysis does that and numbers the findings, too */
	uint64_t findings; /* numbers given */
	struct number_book numbers[WORKERS_MAX];
	bool lost; /* memory ran out, and something is missing */
};

/* |out| and |stories| must outlive the joiner, and |account|, which is charged. */
void joiner_init(struct joiner *j, size_t workers, FILE *out, struct analysis *stories,
		 struct account *account);
void joiner_finish(struct joiner *j);
/* Writes the drafts that the workers made of the batches of one round, drafts[0] to drafts[workers - 1]. Takes their pasts. */
void joiner_join(struct joiner *j, struct draft *const drafts[]);

#endif
