/* SPDX-License-Identifier: BSD-2-Clause */
#include "ruleset.h"

#include "nearest.h"
#include "notice.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

static void print_fault(void *context, const char *file, unsigned line, const char *text)
{
	(void)context;
	if (line)
		notice("%s:%u: %s\n", file, line, text);
	else
		notice("%s: %s\n", file, text);
}

void ruleset_init(struct ruleset *set)
{
	*set = (struct ruleset){ .rules = rules_builtin() };
}

bool ruleset_add(struct ruleset *set, const char *dir)
{
	if (set->count == RULESET_DIRECTORIES_MAX) {
		notice("%s: too many directories of rules; %d may be given\n", dir, RULESET_DIRECTORIES_MAX);
		return false;
	}
	if (!rules_load(set->rules, dir, print_fault, NULL, &set->loaded[set->count])) {
		if (!set->loaded[set->count])
			return false;
		set->faulty = true;
	}
	set->rules = set->loaded[set->count++];
	return true;
}

void ruleset_add_system(struct ruleset *set)
{
	glob_t found;

	if (glob(RULESET_SYSTEM_DIRECTORY "/*.yaml", 0, NULL, &found) != 0)
		return;
	globfree(&found);
	ruleset_add(set, RULESET_SYSTEM_DIRECTORY);
}

bool ruleset_load(struct ruleset *set, const char *const *directories, size_t count)
{
	ruleset_init(set);
	ruleset_add_system(set);
	for (size_t i = 0; i < count; i++)
		if (!ruleset_add(set, directories[i]))
			return false;
	return true;
}

bool ruleset_has_cause(const struct ruleset *set, const char *cause)
{
	struct nearest nearest = { .word = cause };

	if (strcmp(cause, "unknown") == 0)
		return true;
	for (size_t i = 0; i < set->rules->finding_count; i++) {
		const struct rule_finding *f = &set->rules->findings[i];

		if (strcmp(cause, f->cause) == 0 || strcmp(cause, f->id) == 0)
			return true;
		nearest_offer(&nearest, f->id);
		nearest_offer(&nearest, f->cause);
	}
	notice("smtpscope: --cause: no finding has the id or cause '%s'; ", cause);
	if (nearest.best)
		notice("did you mean %s? ", nearest.best);
	notice("smtpscope rules list prints them all\n");
	return false;
}

void ruleset_finish(struct ruleset *set)
{
	while (set->count)
		rules_destroy(set->loaded[--set->count]);
	set->rules = NULL;
}
