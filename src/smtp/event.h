/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smtp_event: the one ordered feed that the smtp stage hands to the annotate stage. Everything in it lives for the time of
 * the call; |session| lives from SMTP_OPENED until SMTP_ENDED has returned.
 */
#ifndef SMTPSCOPE_EVENT_H
#define SMTPSCOPE_EVENT_H

#include "session_facts.h"

enum smtp_event_kind {
	SMTP_OPENED,	 /* a new session; a flow only yet */
	SMTP_COMMAND,	 /* |command| was completed by the client */
	SMTP_REPLY,	 /* |exchange| */
	SMTP_NOT_REPLY,	 /* a server line that is no reply: |line| */
	SMTP_UNANSWERED, /* |command| can no longer be answered: lost in a gap, or the session is over */
	SMTP_MESSAGE,	 /* |message| is settled */
	SMTP_FLOW,	 /* |flow_event| of the TCP connection */
	SMTP_GAP,	 /* |direction|'s bytes are missing: |length| of them */
	SMTP_TLS,	 /* from here on the dialogue is encrypted */
	SMTP_NOTE,	 /* an oddity of the wire: |note| */
	SMTP_ENDED,	 /* settled: outcome, visibility */
};

/* Oddities that are no reply and no command of their own. */
enum smtp_note {
	NOTE_NONE,
	NOTE_DATA_AFTER_QUIT,		/* the client went on after QUIT */
	NOTE_EARLY_TALKER,		/* the client spoke before the greeting was complete */
	NOTE_PLAINTEXT_BEHIND_STARTTLS, /* client bytes behind STARTTLS, sent before the 220 was seen, are no TLS */
	NOTE_ODD_END_OF_DATA, /* bytes in a message that a lax reader takes for its end; offset says where, line what follows */
	NOTE_TLS_ALERT, /* |direction| ended the TLS handshake with a fatal alert that could be read */
	NOTE_PLAINTEXT_FOR_TLS, /* TLS was agreed on, and |direction| sent plain text instead: |line| */
	NOTE_LAX_END_READ,	/* the server's replies show that it took those bytes for the end */
};

struct smtp_event {
	enum smtp_event_kind kind;
	struct session_facts *session;
	void **attachment;	/* the annotate stage's own pointer for this session */
	struct frame_ref frame; /* the packet that caused it */
	enum phase phase;	/* where the dialogue stands */
	const struct command *command;
	const struct exchange *exchange;
	const struct message *message;
	const struct flow_event *flow_event;
	enum direction direction;
	uint64_t offset, length;
	struct span line;
	struct span sequence; /* NOTE_ODD_END_OF_DATA: the bytes that look like the end; |length|: message bytes before them */
	enum smtp_note note;
	enum flow_end end;		   /* SMTP_ENDED */
	const struct command *oldest_open; /* the first command without a reply, or NULL */
};

typedef void smtp_sink(void *context, const struct smtp_event *event);

#endif
