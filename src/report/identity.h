/* SPDX-License-Identifier: BSD-2-Clause */
/* identity: names of a session that are the same in every run and, for the Community ID, in other tools. */
#ifndef SMTPSCOPE_IDENTITY_H
#define SMTPSCOPE_IDENTITY_H

#include "addr.h"
#include "tstamp.h"

enum {
	IDENTITY_UID_SIZE = 17,	      /* 16 hex digits and the NUL */
	IDENTITY_COMMUNITY_SIZE = 31, /* "1:", 28 letters of base64 and the NUL */
};

/* Derived from the addresses, ports and the time of the |first| packet: 64 bits as hex digits. */
void identity_uid(char text[static IDENTITY_UID_SIZE], const struct endpoint *client,
		  const struct endpoint *server, tstamp first);
/*
 * Community ID v1 of the connection with seed 0: the same for both directions and for all connections between
 * the same endpoints.
 */
void identity_community(char text[static IDENTITY_COMMUNITY_SIZE], const struct endpoint *client,
			const struct endpoint *server);

#endif
