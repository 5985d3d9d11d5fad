/* SPDX-License-Identifier: BSD-2-Clause */
#include "sharing.h"

bool sharing_pays(struct sharing *s)
{
	uint64_t most = (uint64_t)SHARING_WORTH * s->small;

	*s = (struct sharing){ .futile = s->bodies > (s->futile ? most : 2 * most) };
	return !s->futile;
}
