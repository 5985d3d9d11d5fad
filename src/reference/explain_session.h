/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_session: what a dialogue in a text shows as a session: its outcome, who is responsible, and its findings. A report format of
 * its own, because the reader has the dialogue already.
 */
#ifndef SMTPSCOPE_EXPLAIN_SESSION_H
#define SMTPSCOPE_EXPLAIN_SESSION_H

#include "report.h"

extern const struct report_format explain_session;

#endif
