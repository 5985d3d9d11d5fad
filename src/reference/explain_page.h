/* SPDX-License-Identifier: BSD-2-Clause */
/* explain_page: writes an explanation to standard output, as a page for people or as a JSON record. */
#ifndef SMTPSCOPE_EXPLAIN_PAGE_H
#define SMTPSCOPE_EXPLAIN_PAGE_H

#include "explanation.h"
#include "json.h"

/* Writes the page of |x|. */
void explain_page(const struct rules *rules, struct explanation *x);
/* Writes the record of |x|, which explains |input|. */
void explain_record(struct json *j, const struct rules *rules, struct span input, struct explanation *x);
/* One line of a list of successes: "250 2.1.5 Ok", who it is for, and its line in the input. */
void explain_success_line(struct explanation *x);

#endif
