/* SPDX-License-Identifier: BSD-2-Clause */
#include "compare_pair.h"

bool compare_pair(struct comparison *c, const struct aligned *pair)
{
	if (!comparison_begin(c, pair))
		return false;
	compare_streams(c);
	/* Behind a proxy, TCP has nothing to do with that in front of it. */
	if (c->connection == CONNECTION_SEPARATE)
		return true;
	compare_handshake(c);
	compare_resets(c);
	compare_losses(c);
	return true;
}
