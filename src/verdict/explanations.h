/* SPDX-License-Identifier: BSD-2-Clause */
/* explanations: what each finding of the rules explains, and who is responsible for it. */
#ifndef SMTPSCOPE_EXPLANATIONS_H
#define SMTPSCOPE_EXPLANATIONS_H

#include "rules.h"
#include <stdint.h>

/* Outcomes that a finding can explain, as bits. */
enum {
	EXPLAINS_DELIVERED = 1, /* the mail was accepted, but the client cannot know that */
	EXPLAINS_PARTIAL = 2,
	EXPLAINS_DEFERRED = 4,
	EXPLAINS_REJECTED = 8,
	EXPLAINS_ABORTED = 16,
	EXPLAINS_NO_MAIL = 32,
	EXPLAINS_UNKNOWN = 64,
};

/* What overcomes a finding if it is accepted later in the session. */
enum healed { HEALED_NEVER, HEALED_BY_HELLO, HEALED_BY_LOGIN, HEALED_BY_TLS, HEALED_BY_MESSAGE };

struct explanation {
	char *name;	      /* "id/cause" */
	const char *explains; /* patterns of id/cause, separated by blanks; "" : none */
	unsigned outcomes;    /* of the bits above */
	bool lasting;	      /* it also holds for later messages */
	enum healed healed;
	enum responsible responsible;
	enum retry retry;
	/* private: its place in the list, and what explanation_covers has answered before, by the place of the effect */
	size_t index;
	uint8_t *answers;
};

struct explanations;

/* Reads the explanations of |rules|, which must outlive the result. Returns NULL if memory runs out. */
struct explanations *explanations_create(const struct rules *rules);
void explanations_destroy(struct explanations *e);
/* Never NULL: a finding without an entry explains nothing. */
const struct explanation *explanations_find(const struct explanations *e, const char *id, const char *cause);
/* Returns whether |cause| lists |effect| as its consequence. Both must be of the same struct explanations. */
bool explanation_covers(const struct explanation *cause, const struct explanation *effect);

#endif
