/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * anonymize: marks all of a session's bytes for a capture that shows nobody. What is not known to be harmless is
 * blanked; commands and replies stay with their names replaced; TLS stays as it is, except for names in clear.
 */
#ifndef SMTPSCOPE_ANONYMIZE_H
#define SMTPSCOPE_ANONYMIZE_H

#include "disguise.h"
#include "event.h"
#include "marks.h"

/* How far the dialogue of one session has been read; zero it at its start. */
struct anonymized {
	uint64_t end[2]; /* stream offsets behind the last line, by enum direction */
	bool greeted;
};

/* Prepares |m| to be filled by the next call. |d| must outlive it. */
void anonymize_begin(struct session_marks *m, struct disguise *d);
/* Adds the marks for an event of the session. */
void anonymize_event(struct session_marks *m, struct anonymized *a, struct disguise *d,
		     const struct smtp_event *event);
/* Marks the exchange with a proxy, which is ahead of the dialogue. */
void anonymize_ahead(struct session_marks *m, const struct proxied_facts *p);

#endif
