/* SPDX-License-Identifier: BSD-2-Clause */
/* wording: a verdict in words: what became of whose mail, why, what the capture could not show and what to capture next. */
#ifndef SMTPSCOPE_WORDING_H
#define SMTPSCOPE_WORDING_H

#include "buf.h"
#include "verdict.h"
#include "weigh.h"

enum { WORDING_LINE_MAX = 600 };

/* The texts of one verdict; a zeroed one is empty. */
struct wording {
	char headline[WORDING_LINE_MAX], against[VERDICT_AGAINST_MAX][WORDING_LINE_MAX],
	    capture[WORDING_LINE_MAX];
};

/*
 * Fills in |v|'s texts for the outcome that |cause| explains (NULL: nothing does). |message| as for weigh_cause. Texts are those of
 * |w|, the docket or static; wire text in them has had its credentials taken out.
 */
void wording_fill(struct wording *w, struct verdict *v, const struct hearing *h, size_t message,
		  const struct charge *cause);

#endif
