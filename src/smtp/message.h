/* SPDX-License-Identifier: BSD-2-Clause */
/* message: what became of one mail transaction and its recipients (RFC 5321 3.3). Bodies are counted, never kept. */
#ifndef SMTPSCOPE_MESSAGE_H
#define SMTPSCOPE_MESSAGE_H

#include "arena.h"
#include "frame_ref.h"
#include "parameters.h"
#include "reply.h"

enum outcome {
	OUTCOME_UNKNOWN, /* not seen, or the end of data was never answered (RFC 1047) */
	OUTCOME_ACCEPTED,
	OUTCOME_DEFERRED, /* 4xx */
	OUTCOME_REJECTED, /* 5xx */
	OUTCOME_ABORTED,  /* the transaction or the session ended before the end of data */
};

enum { MESSAGE_RECIPIENTS_KEPT = 4096, SESSION_MESSAGES_KEPT = 4096 };

struct recipient {
	char *address; /* as between the angle brackets, or as sent; NUL-terminated bytes from the wire;
			  NULL: it was not seen whole */
	unsigned code; /* of the reply that decided; 0: none seen */
	char enhanced[ENHANCED_SIZE]; /* "" : none */
	enum outcome outcome;
	struct frame_ref frame;	      /* of that reply */
	struct parameters parameters; /* of RCPT */
};

/* Recipients beyond MESSAGE_RECIPIENTS_KEPT: how many, by enum outcome. */
struct omitted_recipients {
	size_t outcomes[OUTCOME_ABORTED + 1];
};

struct message {
	char *mail_from; /* as above; "" is the null sender; NULL: it was not seen, or not whole */
	struct parameters parameters; /* of MAIL */
	struct recipient *recipients;
	size_t recipient_count;
	struct omitted_recipients *omitted; /* in |arena|; NULL: none */
	uint64_t bytes;			    /* message bytes seen or known missing, dot-stuffing taken off */
	bool bytes_estimated;		    /* how many are missing is an estimate */
	/*
	 * A probe or callout: the client gave the transaction up in good order before it asked to send the text, and nothing was refused.
	 * A
	 * session with nothing else is SESSION_NO_MAIL.
	 */
	bool only_asked;
	enum outcome outcome;
	unsigned code; /* of the reply that decided, 0: none */
	char enhanced[ENHANCED_SIZE];
	struct arena arena;	/* holds the recipients and texts of this message */
	size_t text_room;	/* bytes that |text| has room for */
	char *text;		/* of that reply, lines joined by LF; NULL: none */
	char *queue_id;		/* the server's name for the message, where its reply told it; NULL: none */
	struct frame_ref frame; /* of the reply that decided, or of the last packet that mattered */
};

/* What a reply with this code makes of a message. Only 2yz accepts, and 221 does not: it closes the connection (RFC 5321 4.2.3). */
enum outcome outcome_of_code(unsigned code);
/* Frees what |m| owns, not |m| itself. */
void message_finish(struct message *m);
/* Returns what is true of every settled message, whatever was captured: its outcome is what its code says. */
bool message_is_consistent(const struct message *m);
/* What the recipients' own replies make of a message that was never sent. */
enum outcome message_outcome_by_recipients(const struct message *m);
/* |r| shares the outcome of its message, and the code of the reply that decided, if one did. */
void recipient_shares(struct recipient *r, const struct message *m);
/* Recipients that the server had accepted share what became of the message. */
void message_recipients_share(struct message *m);
/* The number of recipients that are not kept: all of them, and those with that outcome. */
size_t message_omitted(const struct message *m);
size_t message_omitted_with(const struct message *m, enum outcome outcome);
/* The number of all recipients, kept or not. */
size_t message_recipients(const struct message *m);
/* Counts a recipient that is not kept. If memory runs out, it is not counted. */
void message_omit(struct message *m, enum outcome outcome);
/* One of the recipients that are not kept, and whose outcome is unknown (if there is one), got |outcome|. */
void message_settle_omitted(struct message *m, enum outcome outcome);
/* The recipients that were accepted are undecided again. */
void message_reopen_accepted(struct message *m);
/* Notes in |seen|, by enum outcome, what became of the recipients. */
void message_note_outcomes(const struct message *m, bool seen[static OUTCOME_ABORTED + 1]);
/* Returns whether the server accepted it for all recipients. */
bool message_is_wholly_accepted(const struct message *m);
/* The last kept recipient with that outcome, or NULL. */
const struct recipient *message_last_with(const struct message *m, enum outcome outcome);
/* Returns whether nothing was refused, and no text was sent. */
bool message_was_only_asked(const struct message *m);

#endif
