/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialogue: one SMTP session of the traffic generator, played turn by turn so that many can be interleaved,
 * and a record of what was played.
 */
#ifndef SMTPSCOPE_BENCH_DIALOGUE_H
#define SMTPSCOPE_BENCH_DIALOGUE_H

#include "records.h"
#include "rng.h"
#include "wire.h"

/* Describes sessions. Ranges include both ends. */
struct dialogue_config {
	uint32_t messages[2];	/* per session */
	uint32_t recipients[2]; /* per message; at most DIALOGUE_RECIPIENTS */
	uint32_t body[2];	/* bytes of a message body */
	uint32_t body_median;	/* their median; 0: all sizes of the range are equally likely */
	uint32_t mss;		/* payload bytes of a full segment */
	double pipelining;	/* percentage of sessions that pipeline */
	double failures;	/* percentage of messages with a failure */
	uint32_t tls;		/* bytes of text in a full TLS record; 0: no TLS */
};

#define DIALOGUE_RECIPIENTS 16

/* What an analyzer should find. */
struct dialogue_truth {
	uint64_t sessions;
	uint64_t replies[600];				/* by code */
	uint64_t accepted, deferred, rejected, aborted; /* messages, by outcome */
	uint64_t unexpected_221, unexpected_500;
};

/* The failure of a message. */
enum dialogue_failure {
	FAIL_NOTHING,
	FAIL_UNKNOWN_USER,   /* 550 for one recipient */
	FAIL_GREYLISTED,     /* 450 for one recipient */
	FAIL_CONTENT,	     /* 554 after the final dot */
	FAIL_QUEUE,	     /* 451 after the final dot */
	FAIL_221_FOR_DATA,   /* the server answers DATA with 221 and closes */
	FAIL_221_AFTERWARDS, /* the server sends 221 and closes although no command is open */
	FAIL_500,	     /* the client sends an unknown command, then continues */
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
	const struct dialogue_text *text; /* lines for bodies */
	struct wire_connection connection;
	struct records *records; /* NULL: no TLS. Owned; freed with the last turn */
	uint32_t acked; /* the client's next sequence number when the server sent its last ACK of a body */
	uint64_t number;
	enum dialogue_stage stage;
	bool pipelining;
	bool quit_behind_dot;
	bool server_closes;
	uint32_t messages_left;
	enum dialogue_failure failure;
	uint32_t recipients, recipient, failed_recipient;
	uint32_t accepted_recipients;
	uint64_t body_at;   /* offset in the text */
	uint64_t body_left; /* bytes to the end of the final dot's line (and of QUIT) */
	char reply[4096];   /* the server's next turn */
	size_t reply_length;
};

/* Lines of 76 base64-like characters and CRLF. */
#define DIALOGUE_LINE 78

struct dialogue_text {
	char *lines; /* |length| + WIRE_MSS_MAX bytes; the start is repeated at the end */
	size_t length;
};

/* Creates the text; free it with free(text->lines). Returns false if memory runs out. */
bool dialogue_text_init(struct dialogue_text *text, struct rng *rng);

/* Starts session |number| (0-based; determines its addresses). Keeps all pointers, owns none. */
void dialogue_init(struct dialogue *dialogue, uint64_t number, const struct dialogue_config *config,
		   struct dialogue_truth *truth, struct rng *rng, struct wire *wire,
		   const struct dialogue_text *text);

/* Writes the packets of one side's next turn. Returns false once the session is over. */
bool dialogue_turn(struct dialogue *dialogue);

#endif
