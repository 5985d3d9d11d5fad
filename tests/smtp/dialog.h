/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialog: an smtp session fed with chunks made by hand, and a log of the events that come out. No packets, no streams: what
 * is said is a chunk at once, and acknowledges all that the other side has said before (unless a test says otherwise).
 */
#ifndef SMTPSCOPE_TEST_DIALOG_H
#define SMTPSCOPE_TEST_DIALOG_H

#include "buf.h"
#include "smtp.h"

struct dialog {
	struct smtp *smtp;
	struct proxy_sink sink;
	struct flow flow;
	void *session;
	struct buf *log;
	smtp_sink *next; /* gets every event too; may be NULL */
	void *next_context;
	uint64_t said[2]; /* stream offsets reached */
	uint64_t frame;
	tstamp now;
	bool inexact;  /* of the next gap */
	int64_t ack;   /* what the next chunk acknowledges; -1: all there is; -2: not known */
	char helo[64]; /* facts when the session ended */
	char greeting[128];
	size_t capabilities;
	enum session_outcome outcome;
	unsigned visibility;
	enum protocol protocol;
	unsigned ended;
};

/* |opened| FLOW_HANDSHAKE or FLOW_MIDSTREAM. */
void dialog_init(struct dialog *d, enum flow_opened opened);
void dialog_init_with(struct dialog *d, enum flow_opened opened, const struct smtp_config *config,
		      smtp_sink *next, void *next_context);
/* Lines "C: text" and "S: text", each separated by LF; each is a chunk with CRLF. "C. text" leaves out the CRLF. */
void dialog_say(struct dialog *d, const char *lines);
void dialog_bytes(struct dialog *d, enum direction direction, const void *bytes, size_t length);
void dialog_gap(struct dialog *d, enum direction direction, uint64_t length);
/* About |length| bytes are missing. */
void dialog_gap_about(struct dialog *d, enum direction direction, uint64_t length);
void dialog_fin(struct dialog *d, enum direction direction);
void dialog_wait(struct dialog *d, tstamp duration);
/* Ends the session: as if its flow had closed where both sides sent FIN, else as if the input had ended. */
void dialog_end(struct dialog *d);
/* Ends it if that was not done, gives all memory back. */
void dialog_finish(struct dialog *d);

/*
 * The log since the last call, one word an event, words separated by LF:
 *   cmd VERB [flags...]       flags: bodytext assumed cut unfinished secret pipelined
 *   CODE WHAT [likely] [crossed] [unsure] [trunc]   WHAT: connect, the verb, none, unseen, end-of-data, bdat, auth-response
 *   unanswered VERB
 *   not-reply LINE
 *   message FROM OUTCOME bytes=[~]N id=QUEUE RECIPIENT=OUTCOME...
 *   tls, gap C N, note NAME, end OUTCOME
 */
const char *dialog_log(struct dialog *d);

#endif
