/* SPDX-License-Identifier: BSD-2-Clause */
/* explanations: the explanations of the rules, ready to be asked: one for each finding that the rules know. */
#ifndef SMTPSCOPE_EXPLANATIONS_H
#define SMTPSCOPE_EXPLANATIONS_H

#include "rules.h"

/* Outcomes that a finding can be the reason for, as bits. */
enum {
	EXPLAINS_DELIVERED = 1, /* the mail was accepted, but the client does not know it */
	EXPLAINS_PARTIAL = 2,
	EXPLAINS_DEFERRED = 4,
	EXPLAINS_REJECTED = 8,
	EXPLAINS_ABORTED = 16,
	EXPLAINS_NO_MAIL = 32,
	EXPLAINS_UNKNOWN = 64,
};

/* What disproves a finding when it is accepted later in the session. */
enum healed { HEALED_NEVER, HEALED_BY_HELLO, HEALED_BY_LOGIN, HEALED_BY_TLS, HEALED_BY_MESSAGE };

struct explanation {
	char *name;	      /* "id/cause" */
	const char *explains; /* patterns separated by blanks; "" : none */
	unsigned outcomes;    /* of the bits above */
	bool lasting;	      /* it also applies to later messages */
	enum healed healed;
	enum responsible responsible;
	enum retry retry;
};

struct explanations;

/* Reads those of |rules|, which must outlive the result. Returns NULL if memory runs out. */
struct explanations *explanations_create(const struct rules *rules);
void explanations_destroy(struct explanations *e);
/* Never NULL: a finding without an entry explains nothing. */
const struct explanation *explanations_find(const struct explanations *e, const char *id, const char *cause);
/* Does |explanation| list the finding |id|/|cause| as its consequence? */
bool explanation_lists(const struct explanation *explanation, const char *id, const char *cause);

#endif
