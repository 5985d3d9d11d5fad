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
#include "command.h"
#include "frame_ref.h"
#include "hold.h"

struct doubt;
struct encrypted;
struct feed;
struct overlong;
struct pairing;
struct dialogue_progress;
struct secret_set;
struct server_reader;
struct session_facts;
struct transaction;

struct client_reader {
	/* As in client_links. */
	struct session_facts *facts;
	const struct dialogue_progress *progress;
	struct doubt *doubt;
	struct secret_set *secrets;
	struct feed *feed;
	struct pairing *pairing;
	const struct server_reader *server;
	struct transaction *transaction;
	struct encrypted *encrypted;
	struct overlong *const *overlong;
	size_t max_hold;
	enum client_state state;
	uint64_t asked_at; /* in a state that waits for a reply: client offset of the command it answers */
	struct hold hold;
	struct buf line; /* the line that is not whole yet */
	uint64_t line_start, line_length;
	bool line_open;	     /* a line has begun */
	unsigned line_doubt; /* DOUBT_REPLY_MAY_BE_LOST: server bytes were lost while it was open */
	bool line_claimed;   /* it was refused before its end: the rest of it belongs to that command */
	struct body body;
	uint64_t body_start; /* client offset */
	uint64_t gap_end;    /* client offset behind the last gap in the message */
	bool body_goes_on;   /* the message is known to go on behind the gaps among what is held */
	uint64_t chunk_size, chunk_left;
	bool chunk_last;      /* BDAT ... LAST */
	uint64_t chunk_bytes; /* of the message in chunks before this one */
	bool assumed;	      /* what is read now was assumed */
	bool auth_refused;    /* lines that look like credentials are */
	bool stray_text;      /* message text arrives where commands are read */
	struct hold suspect;  /* a copy of what followed a lax end of data */
	bool suspecting;      /* still adding to it */
	uint64_t lax_end;     /* client offset behind the first lax end of data in this message; 0: none */
	uint64_t lax_bytes;   /* message bytes before it */
	struct frame_ref lax_frame;
	uint8_t lax_sequence[BODY_TAIL]; /* the bytes themselves */
	bool lax_lf_only;		 /* no line before it ended with CR LF */
	bool lax_told;	    /* the note about it went out; it waits for the first line behind it */
	uint64_t proxy_end; /* client offset behind a PROXY header that is held, or was read as lines; 0: none */
	char mechanism[32];    /* of the open AUTH dialogue; "": none */
	struct command newest; /* the newest command, without its line */
	bool newest_known;
	bool ended;
	bool end_waits;		/* the server may still say what a PROXY header is */
	struct frame_ref frame; /* of the bytes read last */
	bool seen_known;
	uint64_t seen;
};

#endif
