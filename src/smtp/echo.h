/* SPDX-License-Identifier: BSD-2-Clause */
/* echo: credentials that a server repeats. */
#ifndef SMTPSCOPE_ECHO_H
#define SMTPSCOPE_ECHO_H

#include "reply.h"
#include "secret.h"

/*
 * Adds to |secrets| what |reply| shows of credentials and what secret_set_find alone would miss in its lines: responses of a login whose own
 * line was not captured, and the pieces of a known secret that a line end divides.
 */
void echo_hide(struct secret_set *secrets, const struct reply *reply);
/* The same for a line of the server that is not a reply. */
void echo_hide_line(struct secret_set *secrets, struct span line);
/* Adds words of |reply| that look like base64 of any content: for replies to a command that was perhaps not captured. */
void echo_hide_words(struct secret_set *secrets, const struct reply *reply);

#endif
