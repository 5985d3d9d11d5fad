/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialogue: one SMTP session of the traffic generator, played a turn at a time so that many can be interleaved, and the truth
 * about what was played.
 */
#ifndef SMTPSCOPE_BENCH_DIALOGUE_H
#define SMTPSCOPE_BENCH_DIALOGUE_H

#include "rng.h"
#include "wire.h"

/* What sessions look like. Ranges hold both ends. */
struct dialogue_config {
	uint32_t messages[2];	/* a session */
	uint32_t recipients[2]; /* a message; at most DIALOGUE_RECIPIENTS */
	uint32_t body[2];	/* bytes of a message body */
	uint32_t body_median;	/* of them; 0: all sizes of the range are equally likely */
	uint32_t mss;		/* payload bytes of a full segment */
	double pipelining;	/* percent of sessions that pipeline */
	double failures;	/* percent of messages that something goes wrong with */
};

#define DIALOGUE_RECIPIENTS 16

/* What an analyzer should find. */
struct dialogue_truth {
	uint64_t sessions;
	uint64_t replies[600];				/* by code */
	uint64_t accepted, deferred, rejected, aborted; /* messages, by outcome */
	uint64_t unexpected_221, unexpected_500;
};

/* What goes wrong with a message. */
enum dialogue_failure {
	FAIL_NOTHING,
	FAIL_UNKNOWN_USER,   /* 550 for one recipient */
	FAIL_GREYLISTED,     /* 450 for one recipient */
	FAIL_CONTENT,	     /* 554 after the final dot */
	FAIL_QUEUE,	     /* 451 after the final dot */
	FAIL_221_FOR_DATA,   /* the server answers DATA with 221 and closes */
	FAIL_221_AFTERWARDS, /* the server says 221 and closes while nothing is asked */
	FAIL_500,	     /* the client asks for what no server knows, then goes on */
	FAIL_KINDS
};

enum dialogue_stage {
	STAGE_CONNECT,
	STAGE_HELLO,
	STAGE_NEXT,
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_BODY,
	STAGE_RESET,
	STAGE_GOODBYE,
	STAGE_CLOSE,
	STAGE_DONE
};

struct dialogue {
	const struct dialogue_config *config;
	struct dialogue_truth *truth;
	struct rng *rng;
	struct wire *wire;
	const struct dialogue_text *text; /* lines that bodies are made of */
	struct wire_connection connection;
	uint64_t number;
	enum dialogue_stage stage;
	bool pipelining;
	bool quit_behind_dot;
	bool server_closes;
	uint32_t messages_left;
	enum dialogue_failure failure;
	uint32_t recipients, recipient, failed_recipient;
	uint32_t accepted_recipients;
	uint64_t body_at,
	    body_left;	  /* offset in the text; bytes to the end of the final dot's line (and of QUIT) */
	char reply[4096]; /* what the server says at its turn */
	size_t reply_length;
};

/* Lines of 76 characters of base64 kind, each with CRLF. */
#define DIALOGUE_LINE 78

struct dialogue_text {
	char *lines; /* length + WIRE_MSS_MAX bytes, the start repeated at the end */
	size_t length;
};

/* Memory of |text| is freed with free(text->lines); false where there is none. */
bool dialogue_text_init(struct dialogue_text *text, struct rng *rng);

/* Starts session |number| (0-based; decides its addresses). All pointers are kept, none is owned. */
void dialogue_init(struct dialogue *dialogue, uint64_t number, const struct dialogue_config *config,
		   struct dialogue_truth *truth, struct rng *rng, struct wire *wire,
		   const struct dialogue_text *text);

/* Writes the packets of the next turn of one side; false once the session is over. */
bool dialogue_turn(struct dialogue *dialogue);

#endif
