/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doubt: the reasons why the reading or the pairing of a dialogue may be wrong, and the one function that makes a certainty of
 * them. No other code of this stage decides how certain a reply's pairing is.
 *
 * There are three sets of reasons, each of bits of enum doubt_reason:
 *  - of the dialogue (struct doubt): the code that notices a loss, or guesses, adds the reason, which applies to all later replies, until the
 *    dialogue comes to rest (doubt_rest). Reasons of the capture apply to the whole session.
 *  - of a place in the queue (struct place): what was lost may include its reply.
 *  - of one answer (struct pairing_result): how its command was found. They apply to that reply only.
 */
#ifndef SMTPSCOPE_DOUBT_H
#define SMTPSCOPE_DOUBT_H

#include <stdbool.h>

enum doubt_reason {
	/* Of the dialogue. These unsettle it: commands or replies may be missing from the queue. */
	DOUBT_BYTES_LOST = 0x0001,  /* bytes of either side were not captured */
	DOUBT_REPLY_END = 0x0002,   /* where a reply ended was assumed; it may go on */
	DOUBT_REPLY_COUNT = 0x0004, /* how many replies a message gets is not known */
	DOUBT_PIECES = 0x0008, /* a reply may belong to a command instead of to a piece of the line before it */
	DOUBT_BEGINNING = 0x0010, /* what was said before this was not captured */
	DOUBT_UNSETTLED = 0x001f, /* all of these */
	/* The client's side has a gap: a reply that nothing in the queue explains may answer what was lost. */
	DOUBT_CLIENT_LOST = 0x0020,
	/* Replies may come to what is in no queue: lines that may belong to a message, lost recipients. */
	DOUBT_REPLY_OWED = 0x0040,

	/* Of the capture, for the whole session: it lacks bytes somewhere. */
	DOUBT_CAPTURE = 0x0080,

	/* Of a place. */
	DOUBT_REPLY_LOST = 0x0100,	  /* bytes are missing exactly where its reply was due */
	DOUBT_REPLY_MAY_BE_LOST = 0x0200, /* its reply may be among missing bytes, or among earlier replies */

	/* Of one answer: another command is possible, but not likely. */
	DOUBT_PARTLY_RECEIVED = 0x0400, /* the server had not acknowledged the whole command */
	DOUBT_NEVER_ANSWERED = 0x0800,	/* it is assumed that commands before it were never answered */
	DOUBT_ASIDE = 0x1000,		/* it answers a line that is not in the queue */
	DOUBT_LIKELY = 0x1c00,		/* all of these */
	/* Of one answer: the command was chosen; raise no findings. */
	DOUBT_CHOSEN = 0x2000,	     /* it is one of several that the losses leave */
	DOUBT_READING = 0x4000,	     /* the command was read, or a message ended, on an assumption */
	DOUBT_CONTINUATION = 0x8000, /* the line looks like a reply, and may be the end of the one before it */
	DOUBT_UNSURE = 0xe000,	     /* all of these */
};

/* The reasons of a dialogue. {0} at its start. */
struct doubt {
	unsigned reasons; /* of enum doubt_reason */
};

static inline void doubt_add(struct doubt *d, unsigned reasons)
{
	d->reasons |= reasons;
}

static inline void doubt_remove(struct doubt *d, unsigned reasons)
{
	d->reasons &= ~reasons;
}

/* Returns whether any of |reasons| applies. */
static inline bool doubt_has(const struct doubt *d, unsigned reasons)
{
	return (d->reasons & reasons) != 0;
}

/*
 * The client has seen all that the server sent, and nothing is open: what was lost before cannot affect what comes. The caller
 * knows that no reply is owed.
 */
static inline void doubt_rest(struct doubt *d)
{
	doubt_remove(d, DOUBT_UNSETTLED | DOUBT_CLIENT_LOST);
}

/* How certain the pairing of one reply is. Neither: certain. */
struct certainty {
	bool likely; /* the command is probable, not certain */
	bool unsure; /* nothing may be concluded from the pairing: raise no findings */
};

/*
 * The certainty of one reply. |dialogue|: the reasons of the dialogue; |answer|: those of the answer (DOUBT_REPLY_END and
 * DOUBT_REPLY_COUNT can also be among them, if they began with this reply). |answered|: a command, or the
 * greeting, was found for it. Without losses, a reply that nothing explains is certainly that; after losses its command is unseen.
 */
struct certainty doubt_weigh(unsigned dialogue, unsigned answer, bool answered);

#endif
