/* SPDX-License-Identifier: BSD-2-Clause */
/* json_reply: the record of a reply. Most records are of this type, so it is the one that has to be cheap. */
#ifndef SMTPSCOPE_JSON_REPLY_H
#define SMTPSCOPE_JSON_REPLY_H

#include "json_parts.h"

/* Writes the reply of |record|, and what it means. */
void json_reply(struct json_report *r, const struct record *record);

#endif
