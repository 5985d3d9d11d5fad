/* SPDX-License-Identifier: BSD-2-Clause */
/* code_search: finds codes by their names, ours and those of the standards: "syntax error" is in the name of 500. */
#ifndef SMTPSCOPE_CODE_SEARCH_H
#define SMTPSCOPE_CODE_SEARCH_H

#include "rules.h"
#include "span.h"

enum { CODE_SEARCH_MAX = 16, CODE_SEARCH_WORDS = 60 };

/*
 * Stores the basic codes whose name contains |words|, or is |words| if that is a single one, in order. Returns their number, at most
 * CODE_SEARCH_MAX.
 */
size_t code_search(const struct rules *rules, struct span words, unsigned codes[static CODE_SEARCH_MAX]);

#endif
