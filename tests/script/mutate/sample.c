/* SPDX-License-Identifier: BSD-2-Clause */
/* What test_mutate.py lets script/mutate plant mutants into. */
#include "sample.h"

#include <assert.h>
#include <stddef.h>

static const int limit = 7;

static const char *const names[] = { "1 < 2", "true", "3 > 2" };

/* Every mutant is noticed: if (a < b || a == 1) return true; */
bool sample_tested(int a, int b)
{
	/* Nothing here changes: a < 3, true, !a */
	static const int table[] = { 1, 2, 3, 4 };

	assert(a < 1000 && a > -1000);
	if (a > limit && b)
		return true;
	return a == table[2];
}

/* No mutant is noticed. */
bool sample_untested(int a, int b)
{
	if (a > limit && b)
		return true;
	return names[0] == NULL;
}
