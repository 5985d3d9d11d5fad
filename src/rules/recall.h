/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recall: the answers for the replies that were classified last. Servers refuse many mails in the same words. Remembers RECALL_PLACES
 * replies at most, each in the one place that follows from its hash; longer texts than RECALL_TEXT are not remembered.
 */
#ifndef SMTPSCOPE_RECALL_H
#define SMTPSCOPE_RECALL_H

#include "reply_cause.h"
#include "span.h"

enum { RECALL_PLACES = 256, RECALL_TEXT = 480 /* bytes, with one for the end of each line */ };

struct recall;
struct recall_place;

/* Returns NULL if memory is short. */
struct recall *recall_create(void);
void recall_destroy(struct recall *r);

/* A reply as text_rules_classify takes it. |question| may be NULL. */
struct recall_reply {
	unsigned code;
	const char *question;
	const struct span *lines;
	size_t count;
};

/*
 * Finds the place of |reply|. Returns the answer that recall_keep stored for the same reply, valid until the next call; NULL if there is
 * none. Then |*place| is where to keep it, NULL where it is not remembered.
 */
const struct reply_cause *recall_find(struct recall *r, const struct recall_reply *reply,
				      struct recall_place **place);
/* Stores the answer for the reply that recall_find was called with last. Call it once at most for each |place|. */
void recall_keep(struct recall_place *place, const struct reply_cause *answer);

#endif
