/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * body: reads a message after DATA to its end, <CRLF>.<CRLF> (RFC 5321 4.1.1.4), counting and keeping nothing. It also
 * notes the first place where a lax reader would see the end (LF.LF and the like), since some servers are lax.
 */
#ifndef SMTPSCOPE_BODY_H
#define SMTPSCOPE_BODY_H

#include "span.h"

enum { BODY_TAIL = 5 };

struct body {
	uint8_t tail[BODY_TAIL]; /* the last bytes, the newest last; at the start as if CRLF had gone before */
	bool crlf : 1;		 /* a line of the message ended with CR LF */
	bool gap : 1;		 /* bytes are missing since the start, or */
	bool after_gap : 1;	 /* right before the next byte */
	bool inexact : 1;	 /* how many are missing is an estimate, and so are |bytes| and |seen| */
	uint64_t bytes;		 /* of the message: the final dot's line and stuffed dots not counted */
	uint64_t seen;		 /* all bytes read, gaps included */
};

enum body_result {
	BODY_MORE, /* all bytes belong to the message */
	BODY_END,  /* the end of data was reached at |*used| bytes */
	BODY_LAX,  /* at |*used| bytes a lax reader sees the end of data; reading on is fine */
};

void body_begin(struct body *b);
/* Reads on. BODY_END and BODY_LAX stop behind the bytes that made them: call again with the rest. */
enum body_result body_read(struct body *b, struct span bytes, size_t *used);
/* |length| bytes are missing, or about so many if |inexact|. */
void body_gap(struct body *b, uint64_t length, bool inexact);

#endif
