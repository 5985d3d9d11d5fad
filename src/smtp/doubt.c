/* SPDX-License-Identifier: BSD-2-Clause */
#include "doubt.h"

struct certainty doubt_weigh(unsigned dialogue, unsigned answer, bool answered)
{
	struct certainty c = { 0 };

	c.unsure = (dialogue & (DOUBT_UNSETTLED | DOUBT_CLIENT_LOST)) || (answer & DOUBT_UNSURE);
	c.likely = (answer & (DOUBT_LIKELY | DOUBT_UNSURE | DOUBT_REPLY_END | DOUBT_REPLY_COUNT)) ||
		   (answered && c.unsure);
	return c;
}
