/* SPDX-License-Identifier: BSD-2-Clause */
/* look_further: the end of a summary: the commands that show more. */
#ifndef SMTPSCOPE_LOOK_FURTHER_H
#define SMTPSCOPE_LOOK_FURTHER_H

#include "failure_groups.h"
#include "report.h"

/* Writes the commands that make sense after this report; |g| is sorted; |list|: this is the list. Nothing if the input cannot be read again. */
void look_further_page(struct page *p, const struct report_config *config, const struct report_summary *s,
		       const struct failure_groups *g, bool list);

#endif
