/* SPDX-License-Identifier: BSD-2-Clause */
#include "sample.h"

/* Notices each mutant of sample_tested, and none of sample_untested. */
int main(void)
{
	for (int a = -1; a < 12; a++)
		for (int b = 0; b < 2; b++)
			if (sample_tested(a, b) != ((a > 7 && b) || a == 3))
				return 1;
	return 0;
}
