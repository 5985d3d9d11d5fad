/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evidence: chooses the lines of a dialogue that a reader needs to check the verdict and the findings. The others are hidden: the
 * page sums them up in one line.
 */
#ifndef SMTPSCOPE_EVIDENCE_H
#define SMTPSCOPE_EVIDENCE_H

#include "dialogue.h"

struct evidence {
	uint64_t told;	  /* number of the finding that the verdict tells; 0: none */
	bool broken_off;  /* the session did not come to a regular end: its last exchange counts */
	bool unexplained; /* nothing explains the outcome: its last lines are all there is */
};

/* Sets |hidden| of each entry. */
void evidence_choose(struct dialogue *d, const struct evidence *evidence);
/* Does the meaning of a finding depend on the extensions that the server offered? */
bool evidence_needs_offers(const char *id, const char *cause);

#endif
