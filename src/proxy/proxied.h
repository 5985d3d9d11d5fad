/* SPDX-License-Identifier: BSD-2-Clause */
/* proxied: what is known of the proxy between a client and its server. */
#ifndef SMTPSCOPE_PROXIED_H
#define SMTPSCOPE_PROXIED_H

#include "addr.h"

#include <stddef.h>

enum { PROXIED_SECRETS = 4, PROXIED_ADDRESSES = 2 };

/* Where a credential for the proxy is: bytes of the client's stream, counted from the first one of the connection. */
struct proxied_secret {
	uint64_t at, length;
};

/* Where a binary address is, counted likewise. */
struct proxied_address {
	uint64_t at, length; /* 4 or 16 bytes */
	bool of_server;	     /* in the server's stream */
};

struct proxied_facts {
	const char *via; /* "proxy-protocol", "socks", "http-connect" (static); NULL: no proxy was seen */
	struct endpoint client; /* the client that the proxy speaks for; all zero where not known */
	uint64_t header_end;	/* client offset behind a PROXY header that the server took; 0: none */
	uint64_t client_ahead, server_ahead; /* bytes before the dialogue */
	struct proxied_secret secrets[PROXIED_SECRETS];
	size_t secret_count;
	struct proxied_address addresses[PROXIED_ADDRESSES];
	size_t address_count;
	const char *target; /* "host:port" that the client asked for, bytes from the wire; NULL: not known */
};

#endif
