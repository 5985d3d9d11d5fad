/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session: what the parts of one session share. Each part keeps its own state to itself (opaque structs, client_reader.h); here
 * are only the facts, what nearly all parts ask for, and the parts. Only the files of the smtp stage that need it may include
 * this header (script/house.py).
 */
#ifndef SMTPSCOPE_SESSION_H
#define SMTPSCOPE_SESSION_H

#include "chunk.h"
#include "client_state.h"
#include "doubt.h"
#include "event.h"
#include "pairing.h"
#include "patterns.h"

struct client_reader;
struct encrypted;
struct session;
struct tls_workspace;
struct overlong;
struct server_reader;
struct transaction;

/* Shared by all sessions. */
struct smtp_shared {
	struct patterns *patterns;
	smtp_sink *sink;
	void *context;
	size_t max_hold;
	struct place_pool *places;
	struct tls_workspace *tls; /* NULL: TLS is not opened */
	struct encrypted *opening; /* first of the sessions whose TLS may be opened */
	/* What the text inside TLS is given to; see smtp.c. */
	void (*inside_begin)(struct session *s);
	void (*inside_chunk)(void *session, const struct chunk *chunk);
	void (*inside_event)(void *session, const struct flow_event *event);
};

/* Who spoke last, and when. Written by turns.c. Times in ns; -1: not known. */
struct turn {
	enum direction last;   /* of the last payload */
	tstamp last_payload;   /* of either side; TSTAMP_NONE: none yet */
	tstamp before_client;  /* the last payload before the client's turn; TSTAMP_NONE: none */
	int64_t silence;       /* before the current chunk */
	int64_t reply_silence; /* before the first byte of the reply that is being read */
};

struct session {
	struct session_facts facts;
	struct smtp_shared *shared;
	const struct flow *flow; /* as facts.flow */
	const struct flow *outer; /* encrypted: as the proxy stage shows it; |flow| is another one inside TLS */
	void *attachment;
	struct doubt doubt;
	struct secret_set secrets;
	struct turn turn;
	bool begun; /* smtp.c: a chunk of either side has arrived */
	/* How far the dialogue has come; each is written by one part. */
	enum client_state client_state; /* the client reader */
	bool text_sent;			/* transaction: the end of data was sent, and not answered yet */
	bool inside;			/* encrypted: text inside TLS is read; all chunks go to it */
	bool server_tls;		/* encrypted: the server's bytes are no longer readable */
	bool greeting_done;		/* effect, answer: seen, or known to be lost */
	bool greeting_open;		/* effect, answer: its lines were interrupted by another code */
	bool hello_done;		/* effect */
	bool quit_done;			/* effect */
	bool lmtp;			/* effect */
	char *proxied_target;		/* what facts.proxied.target points to; owned */
	/* The parts. */
	struct pairing *pairing;
	struct client_reader *client;
	struct server_reader *server;
	struct transaction *transaction;
	struct encrypted *encrypted; /* NULL: no TLS so far */
	struct overlong *overlong;   /* NULL: no such line */
};

#endif
