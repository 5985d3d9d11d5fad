/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proxy_header: a header of the PROXY protocol (versions 1 and 2 of its specification), which a load balancer writes ahead of
 * the bytes of the client it speaks for.
 */
#ifndef SMTPSCOPE_PROXY_HEADER_H
#define SMTPSCOPE_PROXY_HEADER_H

#include "addr.h"
#include "span.h"

enum {
	PROXY_HEADER_V1_MAX = 107,	/* bytes of the longest line of version 1, its line end included */
	PROXY_HEADER_V2_FIXED = 16,	/* signature, version and command, family, length */
	PROXY_HEADER_V2_MAX = 16384,	/* a longer one (TLVs behind the addresses) is not believed */
	PROXY_HEADER_V2_ADDRESSES = 36, /* of the two longest addresses that name TCP ports: IPv6 */
	/* So many bytes are enough to read all of a header that is of interest here. */
	PROXY_HEADER_LOOKED_AT = 128,
};

struct proxy_header {
	unsigned version;		/* 1 or 2 */
	uint64_t length;		/* bytes of the header on the wire */
	bool has_addresses;		/* not with LOCAL, UNKNOWN, or a family without TCP ports */
	struct endpoint source, target; /* whom the client is, and whom it had connected to */
};

enum proxy_header_found {
	PROXY_HEADER_NONE,  /* the bytes do not begin with one */
	PROXY_HEADER_BEGUN, /* they may: more bytes are needed */
	PROXY_HEADER_WHOLE, /* |*header| is filled; |length| may be past |bytes|, whose end the last fields stand behind */
};

/* Is |bytes|, the first of a connection, a header? */
enum proxy_header_found proxy_header_read(struct span bytes, struct proxy_header *header);

#endif
