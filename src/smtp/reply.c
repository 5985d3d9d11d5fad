/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply.h"

#include "decimal.h"

/* By hand: this is done for every reply, more than once. */
void reply_enhanced_text(char text[static REPLY_ENHANCED_SIZE], const struct reply *reply)
{
	char room[REPLY_ENHANCED_SIZE + DECIMAL_SIZE], *to = room;

	if (reply->has_enhanced) {
		to = decimal_write(to, reply->enhanced_class, 1);
		*to++ = '.';
		to = decimal_write(to, reply->enhanced_subject, 1);
		*to++ = '.';
		to = decimal_write(to, reply->enhanced_detail, 1);
	}
	*to = 0;
	memcpy(text, room, (size_t)(to - room) + 1);
}
