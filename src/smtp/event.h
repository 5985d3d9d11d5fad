/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smtp_event: the ordered events that the smtp stage passes to the annotate stage. Everything in one is valid
 * during the call only; |session| is valid from SMTP_OPENED until SMTP_ENDED returns.
 */
#ifndef SMTPSCOPE_EVENT_H
#define SMTPSCOPE_EVENT_H

#include "session_facts.h"

enum smtp_event_kind {
	SMTP_OPENED,	 /* a new session, with nothing but a flow */
	SMTP_COMMAND,	 /* |command| was completed by the client */
	SMTP_REPLY,	 /* |exchange| */
	SMTP_NOT_REPLY,	 /* a server line that is not a reply: |line| */
	SMTP_UNANSWERED, /* |command| can no longer be answered: lost in a gap, or the session is over */
	SMTP_MESSAGE,	 /* |message| is settled */
	SMTP_FLOW,	 /* |flow_event| of the TCP connection */
	SMTP_GAP,	 /* |direction|'s bytes are missing: |length| of them */
	SMTP_TLS,	 /* from here on the dialogue is encrypted */
	SMTP_NOTE,	 /* an oddity of the wire: |note| */
	SMTP_ENDED,	 /* settled: outcome, visibility */
};

/* Oddities that are neither a reply nor a command. */
enum smtp_note {
	NOTE_NONE,
	NOTE_DATA_AFTER_QUIT, /* the client continued after QUIT */
	NOTE_EARLY_TALKER,    /* the client sent data before the greeting was complete */
	/* client bytes after STARTTLS, sent before the 220 was seen, that are not TLS */
	NOTE_PLAINTEXT_BEHIND_STARTTLS,
	/* bytes in a message that a lax reader treats as its end, at |offset|, followed by |line| */
	NOTE_ODD_END_OF_DATA,
	NOTE_TLS_ALERT,		/* |direction| ended the TLS handshake with a readable fatal alert */
	NOTE_PLAINTEXT_FOR_TLS, /* TLS was agreed on, but |direction| sent plain text: |line| */
	NOTE_LAX_END,	   /* such bytes were just read: |sequence|; what follows them is not known yet */
	NOTE_TLS_OPENED,   /* TLS is opened with its keys: what follows was inside */
	NOTE_LAX_END_READ, /* the server's replies show that it treated those bytes as the end */
};

struct smtp_event {
	enum smtp_event_kind kind;
	struct session_facts *session;
	void **attachment;	/* the annotate stage's own pointer for this session */
	struct frame_ref frame; /* the packet that caused it */
	enum phase phase;	/* phase of the dialogue */
	const struct command *command;
	const struct exchange *exchange;
	const struct message *message;
	const struct flow_event *flow_event;
	enum direction direction;
	uint64_t offset, length;
	struct span line;
	uint64_t line_at; /* NOTE_ODD_END_OF_DATA: stream offset of |line| */
	/* NOTE_ODD_END_OF_DATA: the bytes that look like the end; |length|: message bytes before them */
	struct span sequence;
	bool lf_only; /* LAX_END, ODD_END_OF_DATA: no line of the message before ended with CR LF */
	enum smtp_note note;
	enum flow_end end;		   /* SMTP_ENDED */
	const struct command *oldest_open; /* the first command without a reply, or NULL */
};

typedef void smtp_sink(void *context, const struct smtp_event *event);

#endif
