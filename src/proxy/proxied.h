/* SPDX-License-Identifier: BSD-2-Clause */
/* proxied: what is known of the proxy between a client and its server. */
#ifndef SMTPSCOPE_PROXIED_H
#define SMTPSCOPE_PROXIED_H

#include "addr.h"

struct proxied_facts {
	const char *via; /* "proxy-protocol", "socks", "http-connect" (static); NULL: no proxy was seen */
	struct endpoint client; /* the client that the proxy speaks for; all zero where not known */
	const char *target; /* "host:port" that the client asked for, bytes from the wire; NULL: not known */
};

#endif
