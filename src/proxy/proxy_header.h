/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proxy_header: a header of the PROXY protocol (versions 1 and 2 of its specification). A load balancer sends it before the
 * bytes of the client that it connects for.
 */
#ifndef SMTPSCOPE_PROXY_HEADER_H
#define SMTPSCOPE_PROXY_HEADER_H

#include "addr.h"
#include "span.h"

enum {
	PROXY_HEADER_V1_MAX = 107,	/* bytes of the longest line of version 1, its line end included */
	PROXY_HEADER_V2_FIXED = 16,	/* signature, version and command, family, length */
	PROXY_HEADER_V2_MAX = 16384,	/* longer headers (TLVs follow the addresses) are not accepted */
	PROXY_HEADER_V2_ADDRESSES = 36, /* of the two longest addresses that name TCP ports: IPv6 */
	/* This many bytes hold everything in a header that is read here. */
	PROXY_HEADER_LOOKED_AT = 128,
};

struct proxy_header {
	unsigned version;		/* 1 or 2 */
	uint64_t length;		/* bytes of the header on the wire */
	bool has_addresses;		/* not with LOCAL, UNKNOWN, or a family without TCP ports */
	struct endpoint source, target; /* the client, and the address that it connected to */
};

enum proxy_header_found {
	PROXY_HEADER_NONE,  /* the bytes do not begin with one */
	PROXY_HEADER_BEGUN, /* possibly; more bytes are needed */
	PROXY_HEADER_WHOLE, /* |*header| is filled; |length| may exceed |bytes|, because trailing TLVs are not needed */
};

/* Is |bytes|, the first of a connection, a header? */
enum proxy_header_found proxy_header_read(struct span bytes, struct proxy_header *header);

#endif
