/* SPDX-License-Identifier: BSD-2-Clause */
/* exchange: a reply and what it answers; either may be "not seen". Lives for the time of the call that hands it over. */
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
	ANSWERS_NONE,	/* nothing was asked; the client side was seen whole */
	ANSWERS_UNSEEN, /* what was asked was not captured */
};

/* Where the dialogue stood. */
enum phase {
	PHASE_CONNECT, /* waiting for the greeting */
	PHASE_HELLO,   /* greeting seen, EHLO or HELO not yet answered */
	PHASE_TLS,     /* STARTTLS sent, not in TLS yet, or the handshake runs */
	PHASE_AUTH,
	PHASE_ENVELOPE, /* MAIL, RCPT, and whatever is sent between messages */
	PHASE_BODY,	/* DATA or BDAT accepted, message on its way */
	PHASE_FINAL,	/* end of data sent, not answered */
	PHASE_QUIT,
	PHASE_UNKNOWN,
};

struct exchange {
	const struct reply *reply;     /* never NULL */
	const struct command *command; /* NULL for CONNECT, NONE, UNSEEN */
	enum answers answers;
	enum phase phase; /* when the reply came, before it had its effect */
	bool likely; /* the pairing is probable, not certain (after loss; or the question was not yet acknowledged whole) */
	bool crossed; /* the acknowledgement proves that it was on its way before it had the client's newest command */
	bool unsure; /* after losses: what is asked and what is not cannot be told for sure, so no alarm may rest on it */
	bool in_message;	      /* the client was sending a message */
	bool to_tls_hello;	      /* NONE: in plain text, to the hello of a TLS that was agreed on */
	const struct command *newest; /* NONE: the newest command the client had sent (open or answered), or NULL */
	int64_t latency; /* ns from the last byte of the question to the first of the reply; -1: not seen */
	int64_t silence; /* ns between the last payload of either side and the reply's first byte; -1: none before */
	unsigned open;	       /* commands still without a reply, this one's aside */
	bool quit_open;	       /* a QUIT is among them */
	const char *recipient; /* LMTP, PRDR: whose reply it is, or NULL */
	const char *mechanism; /* AUTH dialogue: the SASL mechanism, or NULL */
};

#endif
