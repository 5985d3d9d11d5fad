/* SPDX-License-Identifier: BSD-2-Clause */
/* answer: pairs each reply with what it answers, passes both on as one event, and applies the effects of the reply to the session. */
#ifndef SMTPSCOPE_ANSWER_H
#define SMTPSCOPE_ANSWER_H

#include "pairing.h"

struct session;

/* What a reply has answered, for the client reader. */
struct answered {
	enum answers answers;
	bool completed; /* the command at |start| has all its replies */
	uint64_t start; /* client offset of the command; only if there is one */
};

/* Returns whether |reply| is the greeting. */
bool answer_is_greeting(const struct session *s, const struct reply *reply);
/* Passes on |reply| as the greeting. */
void answer_greeting(struct session *s, const struct reply *reply);
/* Finds what |reply| answers among the commands read so far. No event; may be repeated once more commands are read. */
struct pairing_result answer_find(struct session *s, const struct reply *reply);
/* Passes on |reply| with what it answers, |found|, and applies its effects. Reads nothing of the client. */
struct answered answer_reply(struct session *s, const struct reply *reply, const struct pairing_result *found);

#endif
