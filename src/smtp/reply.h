/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply: one server reply (RFC 5321 4.2), one line or several. A value: made by the reply parser, lives until the next one.
 */
#ifndef SMTPSCOPE_REPLY_H
#define SMTPSCOPE_REPLY_H

#include "enhanced.h"
#include "frame_ref.h"

enum {
	REPLY_LINES_KEPT = 512,	     /* more lines are counted, not kept */
	REPLY_TEXT_KEPT = 64 * 1024, /* bytes of text kept of one reply, all lines together */
};

enum reply_flag {
	REPLY_TRUNCATED = 0x01,	  /* its end was not captured: reported as far as seen */
	REPLY_MIXED_CODES = 0x02, /* the last line had another code than the first; it ended the reply */
	REPLY_BARE_LF = 0x04,	  /* a line ended with LF alone */
	REPLY_LONG = 0x08,	  /* lines or text beyond what is kept */
	REPLY_NO_END = 0x10,	  /* "nnn-" was the last line before something that cannot continue it */
	REPLY_AFTER_GAP = 0x20,	  /* bytes of the server were lost right before it */
	REPLY_NO_LINE_END = 0x80, /* its last line had none: the server went on with something else, or closed */
	REPLY_ASSUMED_END = 0x100,  /* that it ended there is inferred from what followed */
	REPLY_ODD_SEPARATOR = 0x40, /* neither space, hyphen nor end of line stood behind the code */
};

struct reply {
	unsigned code;		  /* 200-599 */
	struct enhanced enhanced; /* at the start of the first line's text */
	const struct span *lines; /* texts after the code and its separator, without line ends */
	const uint64_t *offsets;  /* stream offset of the first byte of each of |lines| */
	size_t line_count;	  /* lines in |lines| */
	size_t lines_seen;	  /* lines on the wire; more than line_count where some were not kept */
	unsigned last_code;	  /* REPLY_MIXED_CODES: the code of the last line; else the code */
	unsigned flags;		  /* of enum reply_flag */
	uint64_t start, end;	  /* stream offsets of the server direction */
	struct frame_ref first;	  /* packet with its first byte */
	struct frame_ref frame;	  /* packet whose arrival completed it */
	bool acked_known;	  /* peer_acked is known */
	uint64_t peer_acked;	  /* client bytes the server had acknowledged when it sent the first byte */
};

/* Does the first line hold |word|, in this letter case? */
static inline bool reply_first_line_has(const struct reply *reply, const char *word)
{
	return reply->line_count && reply->lines[0].length &&
	       memmem(reply->lines[0].at, reply->lines[0].length, word, strlen(word)) != NULL;
}

#endif
