/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tunnel: the exchange between a client and a proxy before the proxy relays the dialogue. The reader of each kind of proxy
 * looks at the first bytes of both sides and decides whether they are such an exchange.
 */
#ifndef SMTPSCOPE_TUNNEL_H
#define SMTPSCOPE_TUNNEL_H

#include "proxied.h"
#include "span.h"

enum { TUNNEL_TARGET_SIZE = 300 };

/* The first bytes of a connection. */
struct tunnel_talk {
	struct span client, server;
	bool client_lost,
	    server_lost; /* that side was not captured: what it said is taken to have been what lets one through */
};

enum tunnel_verdict {
	TUNNEL_NONE,  /* not such an exchange */
	TUNNEL_BEGUN, /* possibly; more bytes are needed */
	TUNNEL_OPEN, /* |client_length| and |server_length| bytes are the exchange, what follows is the dialogue */
	TUNNEL_REFUSED, /* the proxy did not connect, as far as these bytes show */
};

struct tunnel {
	const char *via; /* "socks" or "http-connect"; static */
	uint64_t client_length, server_length;
	bool request_whole; /* the client's part was read to its end: |client_length| is final */
	struct proxied_secret secrets[PROXIED_SECRETS];
	size_t secret_count;
	struct proxied_address addresses[PROXIED_ADDRESSES];
	size_t address_count;
	char target[TUNNEL_TARGET_SIZE]; /* "host:port" as asked for; bytes from the wire, "" where not seen */
};

/* Notes a credential among the client's bytes; the last entry stands for all further ones. */
static inline void tunnel_add_secret(struct tunnel *t, uint64_t at, uint64_t length)
{
	struct proxied_secret *last = &t->secrets[PROXIED_SECRETS - 1];

	if (t->secret_count < PROXIED_SECRETS)
		t->secrets[t->secret_count++] = (struct proxied_secret){ .at = at, .length = length };
	else if (at + length > last->at + last->length)
		last->length = at + length - last->at;
}

/* Notes a binary address; there is one a side. */
static inline void tunnel_add_address(struct tunnel *t, bool of_server, uint64_t at, uint64_t length)
{
	if (t->address_count < PROXIED_ADDRESSES)
		t->addresses[t->address_count++] =
		    (struct proxied_address){ .at = at, .length = length, .of_server = of_server };
}

#endif
