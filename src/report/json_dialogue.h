/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json_dialogue: a kept dialogue as a record, for the viewer of HTML reports. It is not part of the record format of JSON
 * reports: its fields may change.
 */
#ifndef SMTPSCOPE_JSON_DIALOGUE_H
#define SMTPSCOPE_JSON_DIALOGUE_H

#include "dialogue.h"
#include "json.h"

/* Writes the record of |session| on one line; times are relative to |start|. */
void json_dialogue(struct json *j, const struct dialogue *d, uint64_t session, tstamp start);

#endif
