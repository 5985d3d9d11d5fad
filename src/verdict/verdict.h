/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdict: why a session, or a message of it, ended the way it did: the one finding that explains the others and the outcome. It
 * lives for the time of the call that hands it over; strings of the rules live as long as the rules.
 */
#ifndef SMTPSCOPE_VERDICT_H
#define SMTPSCOPE_VERDICT_H

#include "finding.h"

enum { VERDICT_AGAINST_MAX = 4, VERDICT_UNSEEN_MAX = 8 };

struct verdict {
	bool failed;	  /* there is something to explain */
	uint64_t finding; /* number of the finding that explains the outcome; 0: none does */
	const char *id,
	    *cause; /* of that finding; "unknown" and NULL where nothing explains it; NULL where nothing has to */
	enum certainty certainty;
	enum responsible responsible;
	enum retry retry;
	const char *broken_off_by; /* "client" or "server" where the outcome is aborted and that is known; else NULL */
	/* One line each, NULL where nothing has to be explained. They may hold bytes from the wire: escape them. */
	const char *headline, *advice;
	const char *against[VERDICT_AGAINST_MAX]; /* evidence that speaks against it */
	size_t against_count;
	const char *unseen[VERDICT_UNSEEN_MAX]; /* what the capture could not show */
	size_t unseen_count;
	const char *capture_next; /* a tcpdump command that would show more, or NULL */
};

#endif
