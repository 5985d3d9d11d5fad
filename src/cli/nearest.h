/* SPDX-License-Identifier: BSD-2-Clause */
/* nearest: finds the known word that a misspelt one was probably meant to be. */
#ifndef SMTPSCOPE_NEAREST_H
#define SMTPSCOPE_NEAREST_H

#include <stddef.h>

enum { NEAREST_LENGTH = 64 }; /* longer words are not compared */

/* Starts as { .word = the misspelt word }. */
struct nearest {
	const char *word;
	const char *best; /* NULL: nothing similar so far. Owned by the caller of nearest_offer. */
	size_t distance;  /* of |best| */
};

/*
 * Offers |candidate|, which must live as long as |n| is used. It becomes |best| if it is the closest so far and close enough: at most
 * two typing errors (a missing, extra or wrong letter, two letters swapped), and at most one in words of up to four letters.
 */
void nearest_offer(struct nearest *n, const char *candidate);

#endif
