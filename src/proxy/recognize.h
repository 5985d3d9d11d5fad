/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recognize: decides whether the first bytes of a connection are SMTP (RFC 5321), and which side is the server. Only words that
 * no other protocol uses are proof (EHLO, MAIL FROM:, enhanced codes, extension keywords); 220 or QUIT are not.
 */
#ifndef SMTPSCOPE_RECOGNIZE_H
#define SMTPSCOPE_RECOGNIZE_H

#include "flow.h"
#include "patterns.h"

/* Bytes of one side that are looked at. More do not help. */
enum { RECOGNIZE_BYTES = 4096 };

struct first_bytes {
	struct span side[2]; /* by enum direction */
	bool lost[2];	     /* bytes of that side after these are missing, or the side was not captured */
	bool from_start;     /* they are the first bytes of the connection */
	bool roles_known;    /* DIR_SERVER is the server if the connection is SMTP */
	bool ended;	     /* no more bytes will come */
};

enum recognized {
	RECOGNIZED_NOTHING_YET,
	RECOGNIZED_OTHER, /* not SMTP, or nothing that shows it */
	RECOGNIZED_SMTP,
	RECOGNIZED_SWAPPED, /* SMTP, and DIR_CLIENT is the server */
};

enum recognized recognize(struct patterns *patterns, const struct first_bytes *first);

#endif
