/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words: the sentences of a finding. A template of the rules with {placeholders} is filled with values from the session.
 *
 * A value is either the project's own text, which is never masked, or text from the wire, in which each credential becomes
 * "<redacted>" before it enters a sentence. The finished sentence must not be masked: a password that is an everyday word would
 * then leave holes in the project's own words, and these would give it away.
 */
#ifndef SMTPSCOPE_WORDS_H
#define SMTPSCOPE_WORDS_H

#include "addr.h"
#include "buf.h"
#include "exchange.h"
#include "secret.h"

enum { WORDS_MAX = 24, WORDS_VALUE_KEPT = 240 };

struct words_value {
	const char *name;
	bool cut;		     /* did not fit: ends with "..." */
	char text[WORDS_VALUE_KEPT]; /* NUL-terminated; may hold bytes from the wire, but no credentials */
};

struct words {
	struct words_value value[WORDS_MAX];
	size_t count;
	const struct secret_set *secrets;
};

/* No values yet. |secrets| are the credentials to mask in text from the wire; it must outlive |w| and may be NULL. */
void words_init(struct words *w, const struct secret_set *secrets);

/*
 * These set the value |name|, a string that must outlive |w|, and replace an earlier value of that name. What does not fit into
 * WORDS_VALUE_KEPT is cut and ends with "...". Beyond WORDS_MAX values further ones are dropped.
 */

/* The project's own text. NULL is shown as "?". */
void words_text(struct words *w, const char *name, const char *text);
/* Text from the wire. */
void words_wire(struct words *w, const char *name, struct span text);
/* Appends text from the wire to the value |name|. */
void words_add_wire(struct words *w, const char *name, struct span text);
void words_number(struct words *w, const char *name, uint64_t number);
/* |ns| nanoseconds: "less than 1 ms", "420 ms", "5.3 s", "2 min 10 s"; negative: "an unknown time". */
void words_duration(struct words *w, const char *name, int64_t ns);
/* "192.0.2.7". */
void words_address(struct words *w, const char *name, const struct endpoint *endpoint);
/* The verb of |command|. A known verb counts as the project's own text. */
void words_verb(struct words *w, const char *name, const struct command *command);
/* {verb} and {line} of |command|. */
void words_command(struct words *w, const struct command *command);
/* {code} and {text} of |reply|: all lines joined; an enhanced code that each line repeats is shown once (RFC 2034 4). */
void words_reply(struct words *w, const struct reply *reply);

/* Appends |template| to |out| with its placeholders filled; one without a value becomes "?". */
void words_fill(const struct words *w, const char *template, struct buf *out);

#endif
