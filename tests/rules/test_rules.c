/* SPDX-License-Identifier: BSD-2-Clause */
/* The built-in rules: are they complete, and do the lookups find the right entry? */
#include "harness.h"
#include "rules.h"
#include <stdio.h>
#include <string.h>

static const char *name_of(unsigned code, const char *question)
{
	const struct rule_code *c = rules_code(rules_builtin(), code, question);

	return c ? c->name : "none";
}

START_TEST(a_code_means_what_its_question_says)
{
	ck_assert_str_eq(name_of(454, "STARTTLS"), "TLS not available now");
	ck_assert_str_eq(name_of(454, "AUTH"), "Login not possible now");
	ck_assert_str_eq(name_of(250, "RCPT"), "Recipient accepted");
	ck_assert_str_eq(name_of(250, "end-of-data"), "Message accepted");
	ck_assert_str_eq(name_of(220, "connect"), "Greeting, service ready");
	ck_assert_str_eq(name_of(220, "STARTTLS"), "Ready to start TLS");
	ck_assert_str_eq(name_of(221, "MAIL"), "Closing connection");
	ck_assert_str_eq(name_of(221, NULL), "Closing connection");
	ck_assert_str_eq(name_of(299, NULL), "none");
	ck_assert_str_eq(name_of(0, NULL), "none");
	ck_assert_str_eq(name_of(600, "QUIT"), "none");
}
END_TEST

START_TEST(enhanced_codes_are_found_for_their_class)
{
	const struct rules *r = rules_builtin();

	ck_assert_ptr_nonnull(rules_enhanced(r, 5, 1, 1, NULL));
	ck_assert_ptr_eq(rules_enhanced(r, 5, 1, 1, "RCPT"), rules_enhanced(r, 5, 1, 1, NULL));
	ck_assert_ptr_null(rules_enhanced(r, 5, 99, 1, NULL));
}
END_TEST

START_TEST(codes_are_expected_where_they_belong)
{
	static const struct {
		const char *question;
		unsigned code;
		bool expected;
	} cases[] = {
		{ "QUIT", 221, true },		{ "MAIL", 221, false },	       { "connect", 221, false },
		{ "end-of-data", 221, false },	{ "connect", 220, true },      { "STARTTLS", 220, true },
		{ "XCLIENT", 220, true },	{ "EHLO", 220, false },	       { "QUIT", 250, false },
		{ "DATA", 250, false },		{ "connect", 250, false },     { "DATA", 354, true },
		{ "MAIL", 354, false },		{ "end-of-data", 354, false }, { "AUTH", 334, true },
		{ "auth-response", 235, true }, { "MAIL", 235, false },	       { "RCPT", 252, true },
		{ "VRFY", 252, true },		{ "MAIL", 252, false },	       { "RCPT", 251, true },
		{ "HELP", 214, true },		{ "HELP", 250, true },	       { "NOOP", 211, false },
		{ "QUIT", 421, true },		{ "RSET", 571, true },	       { "DATA", 499, true },
		{ "MAIL", 500, false },		{ "connect", 500, false },     { "FOO", 250, true },
		{ "FOO", 221, false },		{ "FOO", 354, false },	       { "FOO", 500, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(rules_expects(rules_builtin(), cases[i].question, cases[i].code) ==
				  cases[i].expected,
			      "%u to %s", cases[i].code, cases[i].question);
}
END_TEST

START_TEST(without_entries_anything_is_expected)
{
	static const struct rules nothing;

	ck_assert(rules_expects(&nothing, "QUIT", 250));
	ck_assert_ptr_null(rules_code(&nothing, 250, NULL));
	ck_assert_ptr_null(rules_finding(&nothing, "unexpected-221", "unknown"));
	ck_assert_ptr_null(rules_difference(&nothing, 221, 250));
}
END_TEST

START_TEST(a_finding_falls_back_on_the_unknown_cause)
{
	const struct rules *r = rules_builtin();

	ck_assert_str_eq(rules_finding(r, "unexpected-221", "idle-timeout")->cause, "idle-timeout");
	ck_assert_str_eq(rules_finding(r, "unexpected-221", "no-such-cause")->cause, "unknown");
	ck_assert_str_eq(rules_finding(r, "unexpected-221", NULL)->cause, "unknown");
	ck_assert_ptr_null(rules_finding(r, "no-such-finding", "unknown"));
	ck_assert_int_eq(rules_finding(r, "unexpected-500", "ehlo-fallback")->severity, SEVERITY_INFO);
}
END_TEST

START_TEST(pairs_are_found_either_way_round)
{
	const struct rules *r = rules_builtin();

	ck_assert_ptr_nonnull(rules_difference(r, 221, 250));
	ck_assert_ptr_eq(rules_difference(r, 221, 250), rules_difference(r, 250, 221));
	ck_assert_ptr_null(rules_difference(r, 221, 221));
}
END_TEST

START_TEST(causes_come_from_the_enhanced_code_first)
{
	const struct rules *r = rules_builtin();

	ck_assert_str_eq(rules_cause(r, 550, 5, 1, 1, "RCPT"), "user-unknown");
	ck_assert_str_eq(rules_cause(r, 535, 0, 0, 0, "AUTH"), "smtp-auth");
	ck_assert_str_eq(rules_cause(r, 454, 0, 0, 0, "STARTTLS"), "tls");
	ck_assert_str_eq(rules_cause(r, 550, 0, 0, 0, NULL), "unspecified");
	ck_assert_str_eq(rules_cause(r, 599, 0, 0, 0, NULL), "unspecified");
	ck_assert_ptr_null(rules_cause(r, 250, 2, 1, 5, "RCPT"));
	ck_assert_ptr_null(rules_cause(r, 354, 0, 0, 0, "DATA"));
}
END_TEST

START_TEST(categories_follow_the_first_digit)
{
	ck_assert_str_eq(rules_category(250), "positive-completion");
	ck_assert_str_eq(rules_category(354), "positive-intermediate");
	ck_assert_str_eq(rules_category(421), "transient-negative");
	ck_assert_str_eq(rules_category(599), "permanent-negative");
}
END_TEST

/* The ids and causes that the contract names. */
START_TEST(every_finding_of_the_contract_has_words)
{
	static const char *const of_221[] = { "server-shutdown", "idle-timeout",
					      "too-many-errors", "non-smtp-client",
					      "at-greeting",	 "during-data",
					      "group-dropped",	 "answered-other-command",
					      "unknown" };
	static const char *const of_500[] = { "unknown-command",
					      "not-supported",
					      "pipelining-refused",
					      "line-too-long",
					      "bare-lf",
					      "non-ascii",
					      "binary",
					      "malformed-command",
					      "tls-on-plaintext-port",
					      "http-on-smtp-port",
					      "proxy-header",
					      "message-text-as-commands",
					      "command-mangled",
					      "ehlo-fallback",
					      "unknown" };
	static const char *const ids[] = {
		"unexpected-reply",	 "malformed-reply",	  "missing-reply",
		"no-greeting",		 "greeting-refused",	  "early-talker",
		"connection-refused",	 "connection-timeout",	  "icmp-unreachable",
		"peer-vanished",	 "lost-connection",	  "client-gave-up",
		"closed-without-reply",	 "quit-without-221",	  "stalled-data",
		"zero-window",		 "plaintext-on-tls-port", "tls-handshake-failed",
		"starttls-stripped",	 "starttls-injection",	  "smtp-smuggling",
		"cleartext-credentials", "contract-violation",	  "conflicting-retransmission",
		"still-waiting",	 "delivery-failed",
	};
	const struct rules *r = rules_builtin();

	for (size_t i = 0; i < sizeof of_221 / sizeof *of_221; i++)
		ck_assert_str_eq(rules_finding(r, "unexpected-221", of_221[i])->cause, of_221[i]);
	for (size_t i = 0; i < sizeof of_500 / sizeof *of_500; i++)
		ck_assert_str_eq(rules_finding(r, "unexpected-500", of_500[i])->cause, of_500[i]);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		ck_assert_msg(rules_finding(r, ids[i], NULL) != NULL, "%s", ids[i]);
}
END_TEST

START_TEST(every_finding_can_be_shown)
{
	const struct rules *r = rules_builtin();

	for (size_t i = 0; i < r->finding_count; i++) {
		const struct rule_finding *f = &r->findings[i];

		ck_assert_msg(f->title[0] && f->why[0] && f->fix[0] && f->reference[0], "%s/%s", f->id,
			      f->cause);
		ck_assert_msg(f->why[strlen(f->why) - 1] == '.', "%s/%s: why", f->id, f->cause);
		ck_assert_msg(f->fix[strlen(f->fix) - 1] == '.', "%s/%s: fix", f->id, f->cause);
	}
}
END_TEST

/* Opens a file of the collections of codes and causes. Returns NULL, after a message, if they are not installed. */
static FILE *open_shared(const char *name)
{
	const char *shared = getenv("SHARED_DIR");
	char path[1024];
	FILE *in;

	snprintf(path, sizeof path, "%s/replies/%s", shared ? shared : "../shared", name);
	in = fopen(path, "r");
	if (!in)
		printf("skipped: there is no %s\n", path);
	return in;
}

START_TEST(every_known_code_has_an_entry)
{
	FILE *in = open_shared("codes.tsv");
	unsigned code, count = 0;
	char line[4096];

	if (!in)
		return;
	while (fgets(line, sizeof line, in)) {
		if (sscanf(line, "code\t%u", &code) != 1)
			continue;
		ck_assert_msg(rules_code(rules_builtin(), code, NULL) != NULL, "%u", code);
		count++;
	}
	fclose(in);
	ck_assert_uint_gt(count, 50);
}
END_TEST

START_TEST(every_registered_enhanced_code_has_an_entry)
{
	FILE *in = open_shared("enhanced.tsv");
	unsigned subject, detail, count = 0;
	char line[4096];

	if (!in)
		return;
	while (fgets(line, sizeof line, in)) {
		const struct rule_enhanced *e;

		if (sscanf(line, "X.%u.%u", &subject, &detail) != 2)
			continue;
		e = rules_enhanced(rules_builtin(), 5, subject, detail, NULL);
		ck_assert_msg(e && e->detail == detail, "X.%u.%u", subject, detail);
		count++;
	}
	fclose(in);
	ck_assert_uint_gt(count, 50);
}
END_TEST

START_TEST(every_cause_of_a_failed_delivery_has_words)
{
	FILE *in = open_shared("TAXONOMY.md");
	unsigned count = 0;
	char line[4096], cause[64];

	if (!in)
		return;
	while (fgets(line, sizeof line, in)) {
		unsigned rows;

		if (sscanf(line, "| %63[a-z-] | %u", cause, &rows) != 2)
			continue;
		ck_assert_msg(
		    strcmp(rules_finding(rules_builtin(), "delivery-failed", cause)->cause, cause) == 0, "%s",
		    cause);
		count++;
	}
	fclose(in);
	ck_assert_uint_eq(count, 28);
}
END_TEST

SUITE("rules", a_code_means_what_its_question_says, enhanced_codes_are_found_for_their_class,
      codes_are_expected_where_they_belong, without_entries_anything_is_expected,
      a_finding_falls_back_on_the_unknown_cause, pairs_are_found_either_way_round,
      causes_come_from_the_enhanced_code_first, categories_follow_the_first_digit,
      every_finding_of_the_contract_has_words, every_finding_can_be_shown, every_known_code_has_an_entry,
      every_registered_enhanced_code_has_an_entry, every_cause_of_a_failed_delivery_has_words)
