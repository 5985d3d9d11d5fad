/* SPDX-License-Identifier: BSD-2-Clause */
#include "catalog.h"

const char *catalog_question(const struct exchange *x)
{
	switch (x->answers) {
	case ANSWERS_CONNECT:
		return "connect";
	case ANSWERS_COMMAND:
		/* What the lines of a header say by chance is not what is asked. */
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

/*
 * "No" is said only where it is known: the question was seen, or the client's side was seen whole and held none.
 * A 500 whose question was seen is never what was expected.
 */
static enum expected expected_of(const struct rules *rules, const struct exchange *x)
{
	const char *question = catalog_question(x);
	bool fits;

	if (x->answers == ANSWERS_UNSEEN)
		return EXPECTED_UNKNOWN;
	if (!question)
		return x->unsure ? EXPECTED_UNKNOWN : EXPECTED_NO;
	fits = x->reply->code != 500 && rules_expects(rules, question, x->reply->code);
	if (fits)
		return EXPECTED_YES;
	return x->unsure ? EXPECTED_UNKNOWN : EXPECTED_NO;
}

struct annotation catalog_annotate(const struct rules *rules, const struct exchange *x)
{
	const struct rule_code *code = rules_code(rules, x->reply->code, catalog_question(x));
	struct annotation a = { .category = rules_category(x->reply->code), .expected = expected_of(rules, x) };

	a.name = code ? code->name : "Unknown code";
	a.meaning = code ? code->meaning : NULL;
	/* A refusal's enhanced code says more, unless its detail is "other". */
	if (x->reply->code >= 400 && x->reply->has_enhanced && x->reply->enhanced_detail) {
		const struct rule_enhanced *enhanced =
			rules_enhanced(rules, x->reply->enhanced_class, x->reply->enhanced_subject, x->reply->enhanced_detail,
				       catalog_question(x));

		if (enhanced && enhanced->detail == x->reply->enhanced_detail) {
			a.name = enhanced->name;
			a.meaning = enhanced->meaning;
		}
	}
	return a;
}
