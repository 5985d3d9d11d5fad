/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compare: writes two codes side by side to standard output. Pairs that are often confused have their own
 * texts in the rules; for others the differences are derived.
 */
#ifndef SMTPSCOPE_COMPARE_H
#define SMTPSCOPE_COMPARE_H

#include "rules.h"

/* In order of precedence, the last wins. */
enum compare_result {
	COMPARE_OK,
	COMPARE_UNKNOWN /* not in the rules */,
	COMPARE_NO_CODES /* the same code twice */
};

/* |left| and |right| are codes such as "221" or "5.7.1"; |as_json|: writes one JSON record in place of a page. Errors are printed to standard error. */
enum compare_result compare_codes(const struct rules *rules, const char *left, const char *right, bool as_json);

#endif
