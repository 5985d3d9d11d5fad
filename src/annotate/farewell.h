/* SPDX-License-Identifier: BSD-2-Clause */
/* farewell: why a server ends a session, by the words of its reply. */
#ifndef SMTPSCOPE_FAREWELL_H
#define SMTPSCOPE_FAREWELL_H

#include "reply.h"

enum farewell { FAREWELL_UNSAID, FAREWELL_SHUTDOWN, FAREWELL_IDLE, FAREWELL_ERRORS, FAREWELL_NOT_SMTP };

enum farewell farewell_of(const struct reply *reply);
/* Does any line of the reply hold |word|, without regard to letter case? */
bool reply_says(const struct reply *reply, const char *word);

#endif
