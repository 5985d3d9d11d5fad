/* SPDX-License-Identifier: BSD-2-Clause */
/* json_session: the record of type "session". */
#ifndef SMTPSCOPE_JSON_SESSION_H
#define SMTPSCOPE_JSON_SESSION_H

#include "json_parts.h"

/* Writes the record; |record| is the SMTP_ENDED of a session. */
void json_session(struct json_report *r, const struct record *record);

#endif
