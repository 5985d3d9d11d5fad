/* SPDX-License-Identifier: BSD-2-Clause */
/* client_state: how the client's bytes are read at present. doc/architecture.md has the table of these states. */
#ifndef SMTPSCOPE_CLIENT_STATE_H
#define SMTPSCOPE_CLIENT_STATE_H

#include <stdbool.h>

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

/* Returns whether bytes are held in this state. */
static inline bool client_state_holds(enum client_state state)
{
	return state >= CLIENT_DATA_ASKED;
}

#endif
