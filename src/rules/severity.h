/* SPDX-License-Identifier: BSD-2-Clause */
/* severity: how much a finding matters to the person who reads it. */
#ifndef SMTPSCOPE_SEVERITY_H
#define SMTPSCOPE_SEVERITY_H

/* In rising order. */
enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };

#endif
