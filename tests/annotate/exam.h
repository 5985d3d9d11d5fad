/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exam: one session whose events a test makes by hand, and a log of the findings. Where clinic.h feeds bytes to the smtp stage, here
 * each fact that a diagnosis relies on can be set by itself: losses, doubts, silences, offsets, packet numbers.
 *
 * Each event is a packet of its own, 5 ms after the one before. By default everything was captured, every packet is acknowledged by
 * the next one of the other side, and replies answer the commands in order.
 */
#ifndef SMTPSCOPE_TEST_EXAM_H
#define SMTPSCOPE_TEST_EXAM_H

#include "annotate.h"
#include "buf.h"

enum { EXAM_COMMANDS = 32 };

struct exam {
	const char *watched; /* the id whose findings are logged; NULL: all */
	struct annotate *annotate;
	struct flow flow;
	struct session_facts session;
	struct login login; /* the session's newest, once exam_login was called */
	struct secret_set secrets;
	void *attachment;
	tstamp now;
	uint64_t frame; /* packets so far */
	uint32_t file;
	enum phase phase;
	struct command commands[EXAM_COMMANDS];
	size_t sent, answered;
	/* Of the next command or reply, which resets them. */
	unsigned flags; /* of enum command_flag or enum reply_flag */
	enum command_kind kind;
	uint64_t body_bytes;	      /* of BDAT: bytes of its chunk */
	bool likely, unsure, skipped; /* skipped: its question stays open, the reply answers a later one */
	bool seen_known;	      /* default: true */
	int64_t seen;		      /* server bytes that the client had acknowledged; -1: all */
	struct exchange x;	      /* more about the next reply */

	struct buf findings;
	struct finding last; /* plain values and frames of the newest finding */
	struct frame_ref frames[32];
	char why[2048], fix[2048];
};

/* A session after its TCP handshake; nothing was said yet. */
void exam_init(struct exam *e, const char *watched);
/* The same after greeting and EHLO; |offers| is the EHLO reply behind its first line ("250 PIPELINING"), NULL: none. */
void exam_hello(struct exam *e, const char *watched, const char *offers);
void exam_finish(struct exam *e);

/* Time passes: |ns| more than the 5 ms before the next event. */
void exam_wait(struct exam *e, tstamp ns);
/* The session is after a loss, and its dialogue has not come to rest. */
void exam_lose(struct exam *e);

/* Sends a command line; "." is the end of a message. Returns it. */
struct command *exam_command(struct exam *e, const char *line);
/* "250 Ok", lines separated by LF. Answers the oldest command without a reply, unless |answers| needs none. */
void exam_reply(struct exam *e, const char *reply, enum answers answers);
/* Both: |line| and its answer. */
void exam_ask(struct exam *e, const char *line, const char *reply);
void exam_not_reply(struct exam *e, const char *line);
/* The oldest command without a reply will get none. */
void exam_unanswered(struct exam *e);
void exam_message(struct exam *e, uint64_t bytes, enum outcome outcome);
void exam_note(struct exam *e, enum smtp_note note, enum direction direction, const char *line,
	       const char *sequence);
void exam_flow(struct exam *e, enum flow_event_kind kind, enum direction direction);
/* RETRANSMIT and CONFLICT: |length| bytes at |offset|. */
void exam_bytes(struct exam *e, enum flow_event_kind kind, enum direction direction, uint64_t offset,
		uint32_t length);
/* An ICMP error about the client's last packet. */
void exam_icmp(struct exam *e, uint8_t version, uint8_t type, uint8_t code);
/* FIN or RST, whether or not it is the first to close. */
void exam_close(struct exam *e, enum flow_event_kind kind, enum direction direction);
/* A login with |mechanism|: |responses| lines of the client, judged as |shape|. */
void exam_login(struct exam *e, const char *mechanism, unsigned responses, enum sasl_shape shape);
void exam_end(struct exam *e);

/*
 * The findings since the last call, separated by blanks: "cause", or "id/cause" where all are watched, then ":likely" or ":possible",
 * ":info" or ":error" (a warning is not marked), ":crossed", ":root=N".
 */
const char *exam_found(struct exam *e);
/* Is |frame| among the evidence of the newest finding? */
bool exam_cites(const struct exam *e, uint64_t frame);

#define ck_found(e, wanted) ck_assert_str_eq(exam_found(e), wanted)

#endif
