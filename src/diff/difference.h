/* SPDX-License-Identifier: BSD-2-Clause */
/* difference: something that is not the same in two captures of one session, and the list of them. */
#ifndef SMTPSCOPE_DIFFERENCE_H
#define SMTPSCOPE_DIFFERENCE_H

#include "buf.h"
#include "certainty.h"
#include "flow.h"

enum difference_kind {
	DIFFERENCE_GREETING_CHANGED,
	DIFFERENCE_STARTTLS_MASKED, /* also removed */
	DIFFERENCE_OFFER_CHANGED,
	DIFFERENCE_OFFER_REMOVED,
	DIFFERENCE_OFFER_ADDED,
	DIFFERENCE_REPLY_CHANGED,
	DIFFERENCE_REPLY_REMOVED,
	DIFFERENCE_REPLY_ADDED,
	DIFFERENCE_COMMAND_CHANGED,
	DIFFERENCE_COMMAND_REMOVED,
	DIFFERENCE_COMMAND_ADDED,
	DIFFERENCE_MESSAGE_CHANGED,
	DIFFERENCE_STREAM_CHANGED, /* too different to compare line by line */
	DIFFERENCE_TLS_CHANGED,
	DIFFERENCE_MSS_CHANGED,
	DIFFERENCE_OPTION_REMOVED,
	DIFFERENCE_OPTION_ADDED,
	DIFFERENCE_OPTION_CHANGED,
	DIFFERENCE_RESET_ADDED,
	DIFFERENCE_RESET_MISSING,
	DIFFERENCE_LOST_BEFORE, /* before the first of the two points on the way */
	DIFFERENCE_LOST_BETWEEN,
	DIFFERENCE_LOST_AFTER,
	DIFFERENCE_ACK_LOST,	 /* an acknowledgement, between the points */
	DIFFERENCE_NOT_CAPTURED, /* it passed the point, but is not in its capture */
	DIFFERENCE_NOT_SEEN,	 /* in one capture only; why is unknown */
	DIFFERENCE_KINDS
};

enum {
	DIFFERENCES_MAX = 200, /* of one session; more are counted */
};

struct difference {
	enum difference_kind kind;
	enum certainty certainty;
	enum direction direction; /* the sender of the bytes or packets */
	bool matters;		  /* false: it says more about the captures than about the path */
	uint64_t frames[2];	  /* packets in the first and second capture; 0: none */
	tstamp times[2];	  /* of these packets; TSTAMP_NONE: none */
	char *texts[2]; /* what each capture shows; owned; NULL: nothing. Bytes from the wire: escape them */
	char *title, *why; /* owned; likewise */
};

/* A zeroed list is empty. */
struct difference_list {
	struct difference *list; /* owned */
	size_t count, capacity;
	uint64_t omitted;
	size_t mattering;
};

/* The word of the record format for |kind|. */
const char *difference_word(enum difference_kind kind);
/*
 * Adds a copy of |d| with this title and reason, whose texts it takes over. If there is no room, it is only counted. Texts are cut to a
 * line's length.
 */
void difference_add(struct difference_list *l, const struct difference *d, const char *title, const char *why);
void difference_finish(struct difference_list *l);

#endif
