/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_reader: the state of the reader of the client's side. Written by the client_*.c files alone; doc/architecture.md has
 * the table of its states.
 */
#ifndef SMTPSCOPE_CLIENT_READER_H
#define SMTPSCOPE_CLIENT_READER_H

#include "body.h"
#include "buf.h"
#include "frame_ref.h"
#include "hold.h"

enum client_state {
	/* Bytes are read: */
	CLIENT_COMMANDS, /* command lines */
	CLIENT_AUTH,	 /* one line of a SASL dialogue */
	CLIENT_BODY,	 /* a message after DATA */
	CLIENT_CHUNK,	 /* |chunk_left| bytes of BDAT */
	CLIENT_TLS,	 /* TLS records, for the TLS filter */
	/*
	 * Bytes are held, because what they are depends on something that has not come yet. They are read once it comes, once it
	 * can no longer come, or once too many are held; then success is assumed, and the commands say so (COMMAND_ASSUMED).
	 */
	CLIENT_DATA_ASKED, /* a message if the reply to DATA is 354 */
	CLIENT_BDAT_ASKED, /* a chunk; if the reply refuses it, perhaps commands */
	CLIENT_BDAT_REFUSED, /* refused: the next replies show whether the server swallowed the chunk or reads it as commands */
	CLIENT_AUTH_ASKED,     /* a SASL response if the reply is 334 */
	CLIENT_STARTTLS_ASKED, /* TLS if the reply is 220 */
	CLIENT_TLS_BEGIN,      /* the 220 has come: TLS, if the client's bytes are */
	CLIENT_BODY_GAP,       /* bytes of a message are missing: its end may be among them */
	CLIENT_START,	       /* TLS records before any word: TLS if the server speaks it, too */
	CLIENT_PROXY_HEADER,   /* taken, or read as lines, as the first reply behind the greeting shows */
	CLIENT_REPLY_END, /* sent behind a reply that lacks its end: the server's next bytes tell whether it was whole */
	CLIENT_MIDSTREAM, /* the capture began later: text of a message up to a lone dot, commands if a reply comes first */
	CLIENT_STATES,
};

struct client_reader {
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
	bool ended;
	bool end_waits;		/* the server may still say what a PROXY header is */
	struct frame_ref frame; /* of the bytes read last */
	bool seen_known;
	uint64_t seen;
};

/* Are bytes held, in this state? */
static inline bool client_holds(const struct client_reader *c)
{
	return c->state >= CLIENT_DATA_ASKED;
}

#endif
