/* SPDX-License-Identifier: BSD-2-Clause */
#include "catalog.h"

const char *catalog_question(const struct exchange *x)
{
	switch (x->answers) {
	case ANSWERS_CONNECT:
		return "connect";
	case ANSWERS_COMMAND:
		/* The first word of a PROXY header is not a verb. */
		return x->command->kind == COMMAND_PROXY ? "PROXY" : x->command->verb;
	case ANSWERS_END_OF_DATA:
		return "end-of-data";
	case ANSWERS_BDAT:
		return "BDAT";
	case ANSWERS_AUTH_RESPONSE:
		return "auth-response";
	case ANSWERS_NONE:
	case ANSWERS_UNSEEN:
		break;
	}
	return NULL;
}

void catalog_init(struct catalog *c, const struct rules *rules)
{
	*c = (struct catalog){ .rules = rules };
}

/*
 * Looks up an answer, or takes it from the cache, where it stays until another code or question needs the
 * slot.
 */
static const struct catalog_answer *look_up(struct catalog *c, unsigned code, const char *question)
{
	const char *key = question ? question : "";
	size_t slot = (code * 31 + (unsigned char)key[0] * 7 + (unsigned char)(key[0] ? key[1] : 0)) &
		      (CATALOG_ANSWERS - 1);
	struct catalog_answer *a = &c->answers[slot];

	if (a->code == code && strcmp(a->question, key) == 0)
		return a;
	*a = (struct catalog_answer){ .code = code,
				      .meaning = rules_code(c->rules, code, question),
				      .fits = question && code != 500 &&
					      rules_expects(c->rules, question, code) };
	memcpy(a->question, key, strnlen(key, sizeof a->question - 1));
	return a;
}

/*
 * EXPECTED_NO needs proof: the question was seen, or the client's side was captured completely and contains
 * none. A 500 whose question was seen is never expected.
 */
static enum expected expected_of(const struct exchange *x, const struct catalog_answer *answer)
{
	if (x->answers == ANSWERS_UNSEEN)
		return EXPECTED_UNKNOWN;
	if (answer->fits)
		return EXPECTED_YES;
	return x->unsure ? EXPECTED_UNKNOWN : EXPECTED_NO;
}

struct annotation catalog_annotate(struct catalog *c, const struct exchange *x)
{
	const struct catalog_answer *answer = look_up(c, x->reply->code, catalog_question(x));
	struct annotation a = { .category = rules_category(x->reply->code), .expected = expected_of(x, answer) };

	a.name = answer->meaning ? answer->meaning->name : "Unknown code";
	a.meaning = answer->meaning ? answer->meaning->meaning : NULL;
	return a;
}
