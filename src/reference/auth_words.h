/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auth_words: finds the credentials in the lines of a text, whatever surrounds them, so that what is printed of the text never repeats
 * them: what follows AUTH and its mechanism, and what follows a 334, both encoded and decoded.
 */
#ifndef SMTPSCOPE_AUTH_WORDS_H
#define SMTPSCOPE_AUTH_WORDS_H

#include "secret.h"

/* Zeroed at the beginning of a text. */
struct auth_words {
	bool asked; /* the line before was a 334 */
};

/* Reads the next line of the text and adds its credentials to |secrets|. */
void auth_words_line(struct auth_words *a, struct span line, struct secret_set *secrets);

#endif
