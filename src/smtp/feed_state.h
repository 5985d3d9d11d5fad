/* SPDX-License-Identifier: BSD-2-Clause */
/* feed_state: the private state of the feed (script/house.py); all others use feed.h. */
#ifndef SMTPSCOPE_FEED_STATE_H
#define SMTPSCOPE_FEED_STATE_H

#include "client_state.h"
#include "event.h"

struct doubt;
struct pairing;
struct dialogue_progress;

/* Who gets the events of all sessions of a stage. */
struct feed_sink {
	smtp_sink *event;
	void *context;
};

/* What every event of one session carries, and where it goes. */
struct feed {
	const struct feed_sink *sink;
	struct session_facts *facts;
	void *attachment; /* of the sink */
	/* The parts of the session that determine phase, certainty and open commands. */
	const struct dialogue_progress *progress;
	const enum client_state *client_state;
	const struct doubt *doubt;
	const struct pairing *pairing;
};

#endif
