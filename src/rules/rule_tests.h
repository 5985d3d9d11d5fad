/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_tests: tries the examples of the rules for texts, and each rule on the texts of all others. */
#ifndef SMTPSCOPE_RULE_TESTS_H
#define SMTPSCOPE_RULE_TESTS_H

#include "rules.h"

/*
 * Each "hit" must be decided by its rule and no "miss" may be. A hit of a rule for one language must not match a rule for another language
 * with another cause, whichever rule decides it: the next reply of that kind may be decided wrongly. Controls must not match a rule for
 * another language, nor one of a provider. Calls |fault| with the family of the rule as file and line 0 for each that fails. Returns the
 * number of texts that were tried; stores in |*failed| how many faults there are.
 */
size_t rule_tests_run(const struct rules *rules, rules_fault *fault, void *context, size_t *failed);

#endif
