/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * weigh: holds the findings of an ended session against each other and against its outcome. What explains what is data in
 * rules/findings.yaml; the facts that refute it are in the ledger.
 */
#ifndef SMTPSCOPE_WEIGH_H
#define SMTPSCOPE_WEIGH_H

#include "docket.h"
#include "explanations.h"
#include "ledger.h"

/* The session that is judged. All of it must live as long as the call. */
struct hearing {
	const struct session_facts *session;
	const struct ledger *ledger;
	struct docket *docket;
};

/*
 * Ties each finding to the earliest one that explains it, and settles severities: a consequence is information, and so is what
 * harmed nothing.
 */
void weigh_findings(const struct hearing *h);

/* Is there an outcome that has to be explained ("Failed sessions" of the records contract)? After weigh_findings. */
bool weigh_failed(const struct hearing *h);

/*
 * The finding that explains the outcome of the session, or of its message with the 1-based number |message|; 0: of the session.
 * NULL: nothing explains it. After weigh_findings.
 */
const struct charge *weigh_cause(const struct hearing *h, size_t message);

/* Does |cause| have to be told although the mail was accepted, since the client cannot know that it was? */
bool weigh_explains_acceptance(const struct hearing *h, const struct charge *cause);

#endif
