/* SPDX-License-Identifier: BSD-2-Clause */
/* json_finding: the record of type "finding". */
#ifndef SMTPSCOPE_JSON_FINDING_H
#define SMTPSCOPE_JSON_FINDING_H

#include "json_parts.h"

/* Writes the record; |record| is a RECORD_FINDING. */
void json_finding(struct json_report *r, const struct record *record);

#endif
