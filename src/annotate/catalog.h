/* SPDX-License-Identifier: BSD-2-Clause */
/* catalog: what a reply means, given what it answers, and whether it may answer that. */
#ifndef SMTPSCOPE_CATALOG_H
#define SMTPSCOPE_CATALOG_H

#include "record.h"
#include "rules.h"

/* The question of an exchange, as the rules name it; NULL where it is not known or there was none. */
const char *catalog_question(const struct exchange *x);
/* The texts live as long as the rules. */
struct annotation catalog_annotate(const struct rules *rules, const struct exchange *x);

#endif
