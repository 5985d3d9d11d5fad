/* SPDX-License-Identifier: BSD-2-Clause */
/* exchange: a reply and what it answers; either may be unknown. Valid during the call that passes it only. */
#ifndef SMTPSCOPE_EXCHANGE_H
#define SMTPSCOPE_EXCHANGE_H

#include "command.h"
#include "reply.h"

enum answers {
	ANSWERS_CONNECT, /* the greeting */
	ANSWERS_COMMAND,
	ANSWERS_END_OF_DATA,
	ANSWERS_BDAT,
	ANSWERS_AUTH_RESPONSE,
	ANSWERS_NONE,	/* no command was open; the client side was captured completely */
	ANSWERS_UNSEEN, /* the command was not captured */
};

/* The phase of the dialogue. */
enum phase {
	PHASE_CONNECT, /* waiting for the greeting */
	PHASE_HELLO,   /* greeting seen, EHLO or HELO not yet answered */
	PHASE_TLS,     /* STARTTLS sent, not in TLS yet, or the handshake runs */
	PHASE_AUTH,
	PHASE_ENVELOPE, /* MAIL, RCPT, and other commands between messages */
	PHASE_BODY,	/* DATA or BDAT accepted, message being sent */
	PHASE_FINAL,	/* end of data sent, not answered */
	PHASE_QUIT,
	PHASE_UNKNOWN,
};

/* What others need of the newest command that the client has sent, be it open or answered. */
struct newest_command {
	enum command_kind kind;
	enum verb verb_id; /* as of struct command */
	struct frame_ref frame;
};

struct exchange {
	const struct reply *reply;     /* never NULL */
	const struct command *command; /* NULL for CONNECT, NONE, UNSEEN */
	enum answers answers;
	enum phase phase; /* before the effect of the reply */
	/*
	 * the pairing is probable, not certain (after a loss, or the command was not completely acknowledged
	 * yet)
	 */
	bool likely;
	/*
	 * the acknowledgement proves that the reply was sent before the server received the client's newest
	 * command
	 */
	bool crossed;
	bool unsure;	 /* pairing is unreliable after packet loss; raise no findings */
	bool in_message; /* the client was sending a message */
	bool inside_tls; /* the reply was read inside TLS */
	/* NONE: in plain text, as the answer to a TLS hello that had been agreed on */
	bool to_tls_hello;
	const struct newest_command *newest; /* NULL: the client had sent none */
	int64_t latency; /* ns from the last byte of the command to the first of the reply; -1: unknown */
	/* ns between the last payload of either side and the reply's first byte; -1: none before */
	int64_t silence;
	unsigned open;	       /* commands still without a reply, except this one */
	bool quit_open;	       /* a QUIT is among them */
	const char *recipient; /* LMTP, PRDR: the recipient it is for, or NULL */
	const char *mechanism; /* AUTH dialogue: the SASL mechanism, or NULL */
};

#endif
