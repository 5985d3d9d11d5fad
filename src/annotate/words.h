/* SPDX-License-Identifier: BSD-2-Clause */
/* words: the sentences of a finding: a template of the rules with {placeholders}, filled with the session's own evidence. */
#ifndef SMTPSCOPE_WORDS_H
#define SMTPSCOPE_WORDS_H

#include "addr.h"
#include "buf.h"
#include "exchange.h"
#include "secret.h"

enum { WORDS_MAX = 24, WORDS_VALUE_KEPT = 240 };

struct words_value {
	const char *name;
	char text[WORDS_VALUE_KEPT]; /* NUL-terminated; bytes of the wire, credentials taken out */
};

/* Values by name; zeroed: none. */
struct words {
	struct words_value value[WORDS_MAX];
	size_t count;
	const struct secret_set *secrets; /* what is taken out of texts; may be NULL */
};

void words_init(struct words *w, const struct secret_set *secrets);
/* Sets a value; a later one of the same name replaces it. Long texts are cut, with "..." behind. */
void words_text(struct words *w, const char *name, const char *text);
void words_span(struct words *w, const char *name, struct span text);
void words_number(struct words *w, const char *name, uint64_t number);
/* "less than 1 ms", "420 ms", "5.3 s", "2 min 10 s"; "an unknown time" where |ns| is negative. */
void words_duration(struct words *w, const char *name, int64_t ns);
/* "192.0.2.7". */
void words_address(struct words *w, const char *name, const struct endpoint *endpoint);
/* The line a client sent, its credentials taken out. */
void words_command(struct words *w, const struct command *command);
/* {code} and {text}, of all the reply's lines; an enhanced code that each line repeats stands once. */
void words_reply(struct words *w, const struct reply *reply);

/* Appends |template| to |out|, placeholders filled; one without a value becomes "?". */
void words_fill(const struct words *w, const char *template, struct buf *out);

#endif
