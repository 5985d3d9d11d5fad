/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tunnel: what is said ahead of a dialogue to a proxy that both sides' bytes pass through afterwards. Each kind of proxy
 * reads the first bytes of both sides and says whether it is one of its own.
 */
#ifndef SMTPSCOPE_TUNNEL_H
#define SMTPSCOPE_TUNNEL_H

#include "span.h"

enum { TUNNEL_TARGET_SIZE = 300 };

/* The first bytes of a connection. */
struct tunnel_talk {
	struct span client, server;
	bool client_lost,
	    server_lost; /* that side was not captured: what it said is taken to have been what lets one through */
};

enum tunnel_verdict {
	TUNNEL_NONE,  /* no such thing */
	TUNNEL_BEGUN, /* perhaps: more bytes are needed */
	TUNNEL_OPEN, /* |client_length| and |server_length| bytes are the proxy's matter, what follows is not */
	TUNNEL_REFUSED, /* the proxy did not let the client through, as far as these bytes go */
};

struct tunnel {
	const char *via; /* "socks" or "http-connect"; static */
	uint64_t client_length, server_length;
	bool request_whole; /* all that the client tells the proxy was read: |client_length| is final */
	char target[TUNNEL_TARGET_SIZE]; /* "host:port" as asked for; bytes from the wire, "" where not seen */
};

#endif
