/* SPDX-License-Identifier: BSD-2-Clause */
/* json_verdict: the objects of the verdict stage, and the time budget of a session, as JSON. */
#ifndef SMTPSCOPE_JSON_VERDICT_H
#define SMTPSCOPE_JSON_VERDICT_H

#include "json.h"
#include "ledger.h"
#include "secret.h"
#include "story.h"
#include "verdict.h"

/* How texts that may hold wire bytes are written. */
struct json_texts {
	struct json *json;
	struct buf *scratch;
	const struct secret_set *secrets; /* taken out of texts; NULL: none are */
};

/* The value of "verdict", with |outcome| as the record it stands in has it. */
void json_verdict(const struct json_texts *t, const struct verdict *v, const char *outcome);
/* The value of "time_ms": for each phase what client, network and server spent. */
void json_budget(struct json *j, const struct ledger *l);
/* A record "story", one line. |several_inputs| and |live| as in the report's configuration. */
void json_story(struct json *j, const struct story *s);

#endif
