/* SPDX-License-Identifier: BSD-2-Clause */
/* json_tls: the object "tls" of a session record. */
#ifndef SMTPSCOPE_JSON_TLS_H
#define SMTPSCOPE_JSON_TLS_H

#include "json_parts.h"

/* Null if no TLS was seen or announced. */
void json_tls(struct json_report *r, const struct session_facts *session);

#endif
