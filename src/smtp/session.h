/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session: one session and its parts. Each part has private state (opaque structs, client_reader.h) and gets pointers to the parts it
 * needs (session_parts.h), never to the session. Only the files that create a session and decide about its replies may include this header
 * (script/house.py).
 */
#ifndef SMTPSCOPE_SESSION_H
#define SMTPSCOPE_SESSION_H

#include "chunk.h"
#include "client_state.h"
#include "event.h"
#include "feed_state.h"
#include "patterns.h"
#include "reply_parser.h"
#include "session_parts.h"

struct client_reader;

/* Shared by all sessions. */
struct smtp_shared {
	struct patterns *patterns;
	struct feed_sink sink;
	void (*expect)(const void *attachment, unsigned step); /* of the sink; NULL: not wanted */
	size_t max_hold;
	struct place_pool *places;
	struct reply_parser_common replies;
	struct offer_store *offers;
	struct encrypted_shared encrypted;
};

/* When the sides spoke last. Written by turns.c. Times in ns; -1: not known. */
struct turn {
	tstamp last_payload; /* of either side; TSTAMP_NONE: none yet */
	tstamp server_spoke; /* the last payload of the server before the current chunk; TSTAMP_NONE: none */
	int64_t silence;     /* before the current chunk */
	int64_t reply_silence;	/* before the first byte of the reply that is being read */
	int64_t server_silence; /* likewise, of the server alone */
};

struct session {
	struct session_parts parts;
	struct smtp_shared *shared;
	struct feed feed;
	struct turn turn;
	struct client_reader *client;
};

#endif
