/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lookout: the first bytes of both sides of a connection, and what they show: an exchange with a proxy, and behind it (or
 * without it) an SMTP dialogue or something else.
 */
#ifndef SMTPSCOPE_LOOKOUT_H
#define SMTPSCOPE_LOOKOUT_H

#include "buf.h"
#include "chunk.h"
#include "patterns.h"
#include "tunnel.h"

enum { LOOKOUT_HEAD = 16 * 1024 }; /* bytes of one side that are kept and read */

struct lookout {
	struct buf head[2];   /* first bytes, by enum direction as the stream has it */
	bool lost[2];	      /* bytes behind them were not captured */
	uint64_t lost_end[2]; /* where the first gap ends, or a row of gaps */
	bool gap_last;	      /* the newest chunk was a gap of the server */
	/* A greeting ("220") behind a loss. It ends an exchange with a proxy that cannot be read to its end. */
	bool greeted;
	struct chunk greeting;	 /* its place; the bytes are gone */
	struct account *account; /* charged with it; NULL: none */
	struct tunnel tunnel;
	bool inside;	   /* the exchange with a proxy is known: |ahead| bytes come before the dialogue */
	bool guessed[2];   /* the exchange was not captured whole, and |ahead| of that side may be too much */
	bool refused;	   /* the proxy did not connect */
	uint64_t ahead[2]; /* by enum direction as the stream has it */
};

struct lookout_question {
	const struct flow *flow; /* the stream's */
	struct patterns *patterns;
	bool by_content; /* the connection is a session only if its bytes are SMTP */
	bool ended;	 /* no more bytes can be waited for: LOOKOUT_UNDECIDED is not an answer */
};

enum lookout_verdict {
	LOOKOUT_UNDECIDED,
	LOOKOUT_OTHER,	  /* not a session */
	LOOKOUT_DIALOGUE, /* a session */
	LOOKOUT_TURNED,	  /* a session whose client is the flow's server */
};

/* NULL if memory is short. */
struct lookout *lookout_create(struct account *account);
void lookout_destroy(struct lookout *l);
void lookout_add(struct lookout *l, const struct chunk *chunk);
enum lookout_verdict lookout_look(struct lookout *l, const struct lookout_question *question);

#endif
