/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_reader: the private state of the client reader. Only client.c and the client_*.c files may include it
 * (script/house.py); all others use client.h.
 */
#ifndef SMTPSCOPE_CLIENT_READER_H
#define SMTPSCOPE_CLIENT_READER_H

#include "body.h"
#include "buf.h"
#include "client_state.h"
#include "exchange.h"
#include "hold.h"
#include "session_parts.h"

struct feed;

/* What only a lax reader takes for the end of a message. Most messages have none. */
struct lax_end {
	struct hold held; /* a copy of what followed it */
	bool open;	  /* still adding to it */
	uint64_t end;	  /* client offset behind it */
	uint64_t bytes;	  /* message bytes before it */
	struct frame_ref frame;
	uint8_t sequence[BODY_TAIL]; /* the bytes themselves */
	bool lf_only;		     /* no line before it ended with CR LF */
	bool told;		     /* the note about it went out; it waits for the first line behind it */
};

struct client_reader {
	struct session_parts *parts;
	struct feed *feed;
	uint64_t asked_at; /* in a state that waits for a reply: client offset of the command it answers */
	struct hold hold;
	struct buf *line; /* holds a line that is not whole yet; owned; NULL: none was so far */
	uint64_t line_start, line_length;
	struct body body;
	uint64_t body_start; /* client offset */
	uint64_t gap_end;    /* client offset behind the last gap in the message */
	uint64_t chunk_size, chunk_left;
	struct lax_end *lax;	      /* the first one in this message; owned; NULL: none */
	char *mechanism;	      /* of the newest AUTH, owned; NULL: none, or memory ran out */
	struct newest_command newest; /* valid if |newest_known| */
	struct frame_ref frame;	      /* of the bytes read last */
	uint64_t seen;
	enum client_state state;
	uint32_t max_hold; /* bytes */
	uint32_t proxy_end; /* client offset behind a PROXY header that is held, or was read as lines; 0: none */
	uint16_t line_doubt;   /* DOUBT_REPLY_MAY_BE_LOST: server bytes were lost while the line was open */
	bool line_open : 1;    /* a line has begun */
	bool line_claimed : 1; /* it was refused before its end: the rest of it belongs to that command */
	bool body_goes_on : 1; /* the message is known to go on behind the gaps among what is held */
	bool assumed : 1;      /* what is read now was assumed */
	bool auth_refused : 1; /* lines that look like credentials are */
	bool mechanism_named : 1; /* the newest AUTH named a mechanism */
	bool stray_text : 1;	  /* message text arrives where commands are read */
	bool newest_known : 1;
	bool ended : 1;
	bool end_waits : 1; /* the server may still say what a PROXY header is */
	bool seen_known : 1;
};

#endif
