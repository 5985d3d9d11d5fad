/* SPDX-License-Identifier: BSD-2-Clause */
/* session_state: everything the smtp stage knows of one session; shared by the parts that read one side each. */
#ifndef SMTPSCOPE_SESSION_STATE_H
#define SMTPSCOPE_SESSION_STATE_H

#include "body.h"
#include "buf.h"
#include "event.h"
#include "hold.h"
#include "pairing.h"
#include "patterns.h"
#include "reply_parser.h"

/* What all sessions share. */
struct smtp_shared {
	struct patterns *patterns;
	smtp_sink *sink;
	void *context;
	size_t max_hold;
};

/* How the client's next bytes are read. */
enum reading {
	READ_COMMANDS,
	READ_AUTH,  /* one line of a SASL dialogue */
	READ_BODY,  /* a message after DATA */
	READ_CHUNK, /* |chunk_left| bytes of BDAT */
	READ_TLS,   /* nothing of it can be read */
};

/*
 * Forks: what the next bytes mean hangs on something that has not come yet. The client's bytes are held until it comes, or
 * can no longer come, or too many are held; then success is assumed, and said to be.
 */
enum fork {
	FORK_NONE,
	FORK_PROXY, /* a PROXY header: taken, or read as lines, as the first reply behind the greeting shows */
	FORK_START, /* TLS records before any word: TLS if the server speaks it too */
	FORK_DATA,  /* a message if the reply is 354 */
	FORK_BDAT,  /* a chunk; if the reply refuses it, perhaps commands */
	FORK_BDAT_REFUSED, /* refused: the next reply shows whether the server swallowed the chunk or reads it as commands */
	FORK_AUTH,	/* a SASL response if the reply is 334 */
	FORK_STARTTLS,	/* TLS if the reply is 220 */
	FORK_TLS_BEGIN, /* the 220 has come: TLS, if the client's bytes are */
	FORK_REPLY_END, /* the client went on behind a reply that lacks its end: the server's next bytes tell whether it was whole */
	FORK_MIDSTREAM, /* the capture began later: text of a message up to a lone dot, or commands if a reply comes first */
	FORK_BODY_GAP, /* bytes of a message are missing: its end may be among them */
};

struct client_reader {
	enum reading reading;
	enum fork fork;
	uint64_t fork_start; /* client offset of the command that the fork hangs on */
	struct hold hold;
	struct buf line; /* the line that is not whole yet */
	uint64_t line_start, line_length;
	bool line_open;	      /* a line has begun */
	bool line_reply_lost; /* server bytes were lost while it was open: its reply may have been among them */
	bool line_claimed;    /* it was refused before its end: the rest of it belongs to that command */
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
	bool lax_told;	    /* the note about it went out; it waits for the first line behind it */
	uint64_t proxy_end; /* client offset behind a PROXY header that is held, or was read as lines; 0: none */
	bool ended;
	bool end_waits;		/* the server may still say what a PROXY header is */
	struct frame_ref frame; /* of the bytes read last */
	bool seen_known;
	uint64_t seen;
};

struct transaction {
	struct message *message; /* NULL: none is open */
	size_t accepted;	 /* recipients the server took */
	size_t answered;	 /* LMTP: of them, those with a reply to the end of data */
	bool refused;		 /* MAIL or DATA was: nothing can come of it */
	bool sent;		 /* the end of data was sent */
	bool too_late;		 /* but the server had closed before: it cannot have taken the message */
	bool data;		 /* DATA or BDAT was accepted */
	bool prdr;		 /* MAIL asked for a reply for each recipient (PRDR), and was accepted */
};

/* The latest command line that is longer than a server's buffer; see overlong.h. */
struct overlong {
	struct place *place; /* answered, out of the queue; owned; NULL: none */
	uint64_t length;     /* bytes of it that have come */
	uint64_t answered;   /* replies to pieces of it */
};

struct session {
	struct session_facts facts;
	const struct smtp_shared *shared;
	const struct flow *flow; /* as facts.flow */
	void *attachment;
	struct reply_parser replies;
	struct pairing pairing;
	struct client_reader client;
	struct transaction transaction;
	struct secret_set secrets;
	struct tls_handshake *tls; /* the TLS filter, from its first byte on; owned */
	bool begun;		   /* a chunk of either side has come */
	bool server_begun;	   /* bytes of the server, or a gap in their place, have come */
	bool server_ended;
	bool server_tls;     /* its bytes are no longer readable */
	bool server_tls_due; /* 220 to STARTTLS: its next byte tells */
	bool greeting_done;  /* seen, or known to be lost */
	bool greeting_open;  /* the greeting's lines broke off under another code */
	bool hello_done;
	bool quit_done;
	bool lmtp;
	uint64_t starttls_end;	       /* server offset behind the 220 to STARTTLS */
	uint64_t client_tls_start;     /* client offset of its first byte of TLS */
	char mechanism[32];	       /* of the AUTH dialogue under way; "" : none */
	tstamp last_payload;	       /* of either side; TSTAMP_NONE: none yet */
	int64_t silence;	       /* before the chunk at hand; -1 */
	int64_t reply_silence;	       /* before the first byte of the reply that is being read */
	enum direction last_direction; /* of the last payload */
	tstamp before_client;	       /* the last payload before the client's turn */
	struct place *broken; /* what a reply answered that broke off under another code; owned, or NULL */
	struct overlong overlong;
	struct place *unfinished; /* the line at which the client closed; in no queue; owned, or NULL */
	char *proxied_target;	  /* what facts.proxied.target points to */
	struct command newest;	  /* the newest command, its line left out */
	bool newest_known;
};

#endif
