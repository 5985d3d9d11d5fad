/* SPDX-License-Identifier: BSD-2-Clause */
/* session_state: everything the smtp stage knows of one session; shared by the parts that read one side each. */
#ifndef SMTPSCOPE_SESSION_STATE_H
#define SMTPSCOPE_SESSION_STATE_H

#include "client_reader.h"
#include "event.h"
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

/* Was a part of the dialogue not captured? */
static inline bool session_is_lossy(const struct session *s)
{
	return (s->facts.visibility &
		(VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_MIDSTREAM)) != 0;
}

#endif
