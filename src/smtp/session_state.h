/* SPDX-License-Identifier: BSD-2-Clause */
/* session_state: the state of one session in the smtp stage, shared by the readers of both sides. */
#ifndef SMTPSCOPE_SESSION_STATE_H
#define SMTPSCOPE_SESSION_STATE_H

#include "client_reader.h"
#include "event.h"
#include "pairing.h"
#include "patterns.h"
#include "reply_parser.h"

/* Shared by all sessions. */
struct smtp_shared {
	struct patterns *patterns;
	smtp_sink *sink;
	void *context;
	size_t max_hold;
};

struct transaction {
	struct message *message; /* NULL: none is open */
	size_t accepted;	 /* recipients the server accepted */
	size_t answered;	 /* LMTP: those of them with a reply to the end of data */
	bool refused;		 /* MAIL or DATA was rejected: the transaction has failed */
	bool sent;		 /* the end of data was sent */
	bool too_late;		 /* the server had closed before: it cannot have accepted the message */
	bool data;		 /* DATA or BDAT was accepted, or may have been */
	bool given_up;		 /* the client ended it with RSET or QUIT */
	bool prdr;		 /* MAIL requested a reply for each recipient (PRDR) and was accepted */
};

/* The latest command line that is longer than a server's buffer; see overlong.h. */
struct overlong {
	struct place *place; /* answered, out of the queue; owned; NULL: none */
	uint64_t length;     /* bytes of it that have arrived */
	uint64_t answered;   /* replies to pieces of it */
};

struct session {
	struct session_facts facts;
	const struct smtp_shared *shared;
	const struct flow *flow; /* as facts.flow */
	void *attachment;
	struct reply_parser replies;
	struct doubt doubt;
	struct pairing *pairing;
	struct client_reader client;
	struct transaction transaction;
	struct secret_set secrets;
	struct tls_handshake *tls; /* the TLS filter, from its first byte on; owned */
	bool begun;		   /* a chunk of either side has arrived */
	bool server_begun;	   /* bytes of the server, or a gap, have arrived */
	bool server_ended;
	bool server_tls;     /* its bytes are no longer readable */
	bool server_tls_due; /* 220 to STARTTLS: its next byte decides */
	bool greeting_done;  /* seen, or known to be lost */
	bool greeting_open;  /* the greeting's lines were interrupted by another code */
	bool hello_done;
	bool quit_done;
	bool lmtp;
	uint64_t starttls_end;	       /* server offset after the 220 to STARTTLS */
	uint64_t client_tls_start;     /* client offset of its first byte of TLS */
	char mechanism[32];	       /* of the open AUTH dialogue; "": none */
	tstamp last_payload;	       /* of either side; TSTAMP_NONE: none yet */
	int64_t silence;	       /* before the current chunk; -1 */
	int64_t reply_silence;	       /* before the first byte of the reply that is being read */
	enum direction last_direction; /* of the last payload */
	tstamp before_client;	       /* the last payload before the client's turn */
	struct place *broken;	       /* what an interrupted reply answered; owned, or NULL */
	struct overlong overlong;
	struct place *unfinished; /* the line at which the client closed; in no queue; owned, or NULL */
	char *proxied_target;	  /* what facts.proxied.target points to */
	struct command newest;	  /* the newest command, without its line */
	bool newest_known;
};

#endif
