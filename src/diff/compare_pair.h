/* SPDX-License-Identifier: BSD-2-Clause */
/* compare_pair: finds all differences of one session in two captures. */
#ifndef SMTPSCOPE_COMPARE_PAIR_H
#define SMTPSCOPE_COMPARE_PAIR_H

#include "comparison.h"

/* Fills |c|, which comparison_finish frees in any case. Returns false if memory runs out. */
bool compare_pair(struct comparison *c, const struct aligned *pair);

#endif
