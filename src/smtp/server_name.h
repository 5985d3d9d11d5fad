/* SPDX-License-Identifier: BSD-2-Clause */
/* server_name: what a server calls itself: by convention the first word of its greeting (RFC 5321 4.2). */
#ifndef SMTPSCOPE_SERVER_NAME_H
#define SMTPSCOPE_SERVER_NAME_H

#include "session_facts.h"
#include "span.h"

enum { SERVER_NAME_MAX = 100 };

/* Bytes from the wire, at most SERVER_NAME_MAX, as long as |session| is valid; empty if the greeting has no domain name. */
struct span server_name(const struct session_facts *session);

#endif
