/* SPDX-License-Identifier: BSD-2-Clause */
/* consistency: looks at a set of rules as a whole once all files are read. Looks at entries just read only, not at those of the base set. */
#ifndef SMTPSCOPE_CONSISTENCY_H
#define SMTPSCOPE_CONSISTENCY_H

#include "builder.h"

/* Reports references that lead nowhere, findings without the cause "unknown", and rules for texts that no reply can reach. */
void rules_check(struct rules_builder *b);

/* The part of rules_check that looks at rules for texts. Faulty ones leave the table. */
void rules_check_texts(struct rules_builder *b);

#endif
