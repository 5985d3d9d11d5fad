/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names: the words of the record format for enum values. All are static; "unknown" for a value outside its
 * enum.
 */
#ifndef SMTPSCOPE_NAMES_H
#define SMTPSCOPE_NAMES_H

#include "record.h"

const char *name_answers(enum answers answers);
const char *name_phase(enum phase phase);
const char *name_expected(enum expected expected);
const char *name_severity(enum severity severity);
const char *name_certainty(enum certainty certainty);
const char *name_outcome(enum outcome outcome);
const char *name_session_outcome(enum session_outcome outcome);
const char *name_protocol(enum protocol protocol);
const char *name_opened(enum flow_opened opened);
const char *name_closed(enum flow_closed closed);
const char *name_tls_mode(enum tls_mode mode);

enum { NAME_VISIBILITY_BITS = 8 };
/* The word for bit |index| (0 to NAME_VISIBILITY_BITS - 1) of enum visibility. */
const char *name_visibility(unsigned index);

#endif
