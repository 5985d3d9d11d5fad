/* SPDX-License-Identifier: BSD-2-Clause */
/* json_summary: the record of type "summary". */
#ifndef SMTPSCOPE_JSON_SUMMARY_H
#define SMTPSCOPE_JSON_SUMMARY_H

#include "json.h"
#include "report.h"

/* Writes the record, on one line. */
void json_summary(struct json *j, const struct report_summary *s);

#endif
