/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recognize: are the first bytes of a connection SMTP (RFC 5321), and who is the server? Told by what only SMTP says (EHLO, MAIL
 * FROM:, enhanced codes, keywords of extensions); what other protocols say too (220, QUIT) is never enough.
 */
#ifndef SMTPSCOPE_RECOGNIZE_H
#define SMTPSCOPE_RECOGNIZE_H

#include "flow.h"
#include "patterns.h"

/* More bytes of one side than these do not make it clearer. */
enum { RECOGNIZE_BYTES = 4096 };

struct first_bytes {
	struct span side[2]; /* by enum direction */
	bool lost[2];	     /* bytes of that side are missing behind these; or it was not captured */
	bool from_start;     /* they are the first bytes of the connection */
	bool roles_known;    /* DIR_SERVER is the server, if anybody is */
	bool ended;	     /* no more will come */
};

enum recognized {
	RECOGNIZED_NOTHING_YET,
	RECOGNIZED_OTHER, /* not SMTP, or nothing that shows it */
	RECOGNIZED_SMTP,
	RECOGNIZED_SWAPPED, /* SMTP, and DIR_CLIENT is the server */
};

enum recognized recognize(struct patterns *patterns, const struct first_bytes *first);

#endif
