/* SPDX-License-Identifier: BSD-2-Clause */
#include "explanations.h"

#include "harness.h"

#include <string.h>

static struct rules rules_of(const struct rules *base, const struct rule_explanation *list, size_t count)
{
	struct rules r = *base;

	r.explanations = list;
	r.explanation_count = count;
	return r;
}

START_TEST(a_cause_takes_from_its_id_what_it_does_not_say)
{
	static const struct rule_explanation list[] = {
		{ .finding = "connection-refused",
		  .outcomes = "no-mail aborted",
		  .explains = "lost-connection/*",
		  .responsible = "server",
		  .retry = "automatic" },
		{ .finding = "connection-refused/reset", .responsible = "network", .healed_by = "hello" },
	};
	const struct rules rules = rules_of(rules_builtin(), list, 2);
	struct explanations *e = explanations_create(&rules);
	const struct explanation *reset = explanations_find(e, "connection-refused", "reset");
	const struct explanation *lost = explanations_find(e, "lost-connection", "client-reset");
	const struct explanation *unknown = explanations_find(e, "connection-refused", "unknown");

	ck_assert_uint_eq(reset->outcomes, EXPLAINS_NO_MAIL | EXPLAINS_ABORTED);
	ck_assert_int_eq(reset->responsible, RESPONSIBLE_NETWORK);
	ck_assert_int_eq(reset->retry, RETRY_AUTOMATIC);
	ck_assert_int_eq(reset->healed, HEALED_BY_HELLO);
	ck_assert_int_eq(unknown->responsible, RESPONSIBLE_SERVER);
	ck_assert_int_eq(unknown->healed, HEALED_NEVER);
	/* The second answer comes from memory. */
	for (unsigned i = 0; i < 2; i++) {
		ck_assert(explanation_covers(reset, lost));
		ck_assert(!explanation_covers(lost, reset));
		ck_assert(!explanation_covers(reset, unknown));
	}
	explanations_destroy(e);
}
END_TEST

START_TEST(a_finding_without_an_entry_explains_nothing)
{
	struct explanations *e = explanations_create(rules_builtin());
	const struct explanation *none = explanations_find(e, "no-such-finding", "unknown");

	ck_assert_ptr_nonnull(none);
	ck_assert_uint_eq(none->outcomes, 0);
	ck_assert(!explanation_covers(none, explanations_find(e, "lost-connection", "unknown")));
	ck_assert(!explanation_covers(explanations_find(e, "connection-refused", "reset"), none));
	explanations_destroy(e);
	explanations_destroy(NULL);
}
END_TEST

SUITE("explanations", a_cause_takes_from_its_id_what_it_does_not_say,
      a_finding_without_an_entry_explains_nothing)
