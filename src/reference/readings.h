/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * readings: how providers use an enhanced code. Many of them give a registered code a meaning of its own, or use codes that are
 * not registered; the rules for replies know which.
 */
#ifndef SMTPSCOPE_READINGS_H
#define SMTPSCOPE_READINGS_H

#include "meaning.h"

enum { READINGS_MAX = 3 };

/*
 * Finds the rules of providers for the enhanced code of |m|: those that have it as a condition, and those that look for such codes
 * and whose first example has it. If there are more than READINGS_MAX, the code alone says too little, and there are none. Returns their number.
 */
size_t readings_find(const struct rules *rules, const struct meaning *m,
		     const struct rule_text *found[static READINGS_MAX]);

#endif
