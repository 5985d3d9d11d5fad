/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply.h"

static char *decimal(char *to, unsigned value)
{
	unsigned scale = 1;

	while (value / scale >= 10)
		scale *= 10;
	for (; scale; scale /= 10)
		*to++ = (char)('0' + value / scale % 10);
	return to;
}

/* By hand: this is done for every reply, more than once. */
void reply_enhanced_text(char text[static REPLY_ENHANCED_SIZE], const struct reply *reply)
{
	char *to = text;

	if (reply->has_enhanced) {
		to = decimal(to, reply->enhanced_class);
		*to++ = '.';
		to = decimal(to, reply->enhanced_subject);
		*to++ = '.';
		to = decimal(to, reply->enhanced_detail);
	}
	*to = 0;
}
