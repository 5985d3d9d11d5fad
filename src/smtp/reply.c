/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply.h"

#include <stdio.h>

void reply_enhanced_text(char text[static REPLY_ENHANCED_SIZE], const struct reply *reply)
{
	text[0] = 0;
	if (reply->has_enhanced)
		snprintf(text, REPLY_ENHANCED_SIZE, "%u.%u.%u", (unsigned)reply->enhanced_class,
			 (unsigned)reply->enhanced_subject, (unsigned)reply->enhanced_detail);
}
