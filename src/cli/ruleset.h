/* SPDX-License-Identifier: BSD-2-Clause */
/* ruleset: the rules a command works with: the built-in ones, and what --rules DIR lays over them, one after another. */
#ifndef SMTPSCOPE_RULESET_H
#define SMTPSCOPE_RULESET_H

#include "rules.h"

enum { RULESET_DIRECTORIES_MAX = 16 };

struct ruleset {
	const struct rules *rules; /* what to use */
	struct rules *loaded[RULESET_DIRECTORIES_MAX];
	size_t count;
	bool faulty; /* single rules for texts were left out; what was wrong with them has been printed */
};

#define RULESET_SYSTEM_DIRECTORY "/etc/smtpscope/rules.d"

/* The built-in rules. */
void ruleset_init(struct ruleset *set);
/*
 * Lays the rules of RULESET_SYSTEM_DIRECTORY over it, if there is such a directory and it holds any. Faults are printed; they
 * keep nobody from working with the other rules.
 */
void ruleset_add_system(struct ruleset *set);
/*
 * Lays the rules of |dir| over it. False where they are faulty, or one directory too many: each fault has been printed to
 * standard error as "file:line: what was wrong", and the set is as before. Rules for texts that are faulty are printed, too,
 * and left out; the others serve, and the answer is true.
 */
bool ruleset_add(struct ruleset *set, const char *dir);
/*
 * The rules a command works with: the built-in ones, those of the system, and |count| directories on top, in order. False if a
 * directory could not be used; standard error says why. The set must be finished in either case.
 */
bool ruleset_load(struct ruleset *set, const char *const *directories, size_t count);
/* Is |cause| the cause or id of a finding? If not, one line on standard error says so. */
bool ruleset_has_cause(const struct ruleset *set, const char *cause);
/* Frees what was loaded. A zeroed set may be given. */
void ruleset_finish(struct ruleset *set);

#endif
