/* SPDX-License-Identifier: BSD-2-Clause */
/* rounds: which diagnoses see an event. They are called in the order of the registry (meson.build). */
#ifndef SMTPSCOPE_ROUNDS_H
#define SMTPSCOPE_ROUNDS_H

#include "diagnosis.h"

/* What diagnoses are called for: enum smtp_event_kind (SMTP_REPLY for odd replies; not SMTP_FLOW), or one of these. */
enum {
	ROUND_USUAL = SMTP_ENDED + 1, /* a usual reply */
	ROUND_WAIT,		      /* time has passed */
	ROUND_FLOW,		      /* + enum flow_event_kind */
	/* Calm dialogues (struct diagnosis): + enum subject */
	ROUND_CALM_COMMAND = ROUND_FLOW + FLOW_EVENT_KINDS,
	ROUND_CALM_REPLY = ROUND_CALM_COMMAND + SUBJECTS,
	ROUND_KINDS = ROUND_CALM_REPLY + SUBJECTS
};

/* A diagnosis, and its place in the charts. */
struct visit {
	const struct diagnosis *diagnosis;
	unsigned place, words;
	void (*reply)(struct inspection *in, void *state, const struct exchange *x); /* of a visit for replies */
};

struct rounds {
	struct visit *visits;	     /* of all rounds, each ended by one without a diagnosis; owned */
	uint16_t first[ROUND_KINDS]; /* where each begins */
};

/* Returns false if memory runs out. */
bool rounds_init(struct rounds *r);
void rounds_finish(struct rounds *r);
/* Plans all rounds. Without |waiting| nobody asks for long waits, and diagnoses that report only those are left out. rounds_init does not wait. */
void rounds_plan(struct rounds *r, bool waiting);

/* The visits of one round, ended by one without a diagnosis. */
static inline const struct visit *rounds_of(const struct rounds *r, int kind)
{
	return r->visits + r->first[kind];
}

#endif
