/* SPDX-License-Identifier: BSD-2-Clause */
/* json_verdict: the objects of the verdict stage, and the time budget of a session, as JSON. */
#ifndef SMTPSCOPE_JSON_VERDICT_H
#define SMTPSCOPE_JSON_VERDICT_H

#include "json.h"
#include "ledger.h"
#include "story.h"
#include "verdict.h"

/* The value of "verdict"; |outcome| as in the enclosing record. */
void json_verdict(struct json *j, const struct verdict *v, const char *outcome);
/* The value of "time_ms": the time that client, network and server used in each phase. */
void json_budget(struct json *j, const struct ledger *l);
/* A record "story", on one line. */
void json_story(struct json *j, const struct story *s);

#endif
