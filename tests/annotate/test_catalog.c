/* SPDX-License-Identifier: BSD-2-Clause */
#include "catalog.h"
#include "clinic.h"
#include "harness.h"

static struct clinic clinic;

static struct annotation meaning(unsigned code, enum answers answers, const char *verb, bool unsure)
{
	static struct reply reply;
	static struct command command;
	static struct catalog catalog;
	struct exchange x = { .reply = &reply, .answers = answers, .unsure = unsure };

	reply = (struct reply){ .code = code };
	command = (struct command){ .kind = COMMAND_LINE };
	if (verb) {
		strcpy(command.verb, verb);
		x.command = &command;
	}
	catalog_init(&catalog, rules_builtin());
	return catalog_annotate(&catalog, &x);
}

START_TEST(test_expected)
{
	static const struct {
		unsigned code;
		enum answers answers;
		const char *verb;
		enum expected expected;
	} cases[] = {
		{ 221, ANSWERS_COMMAND, "QUIT", EXPECTED_YES },
		{ 221, ANSWERS_COMMAND, "MAIL", EXPECTED_NO },
		{ 221, ANSWERS_CONNECT, NULL, EXPECTED_NO },
		{ 221, ANSWERS_NONE, NULL, EXPECTED_NO },
		{ 221, ANSWERS_UNSEEN, NULL, EXPECTED_UNKNOWN },
		{ 500, ANSWERS_COMMAND, "EHLO", EXPECTED_NO },
		{ 500, ANSWERS_COMMAND, "FOO", EXPECTED_NO },
		{ 500, ANSWERS_UNSEEN, NULL, EXPECTED_UNKNOWN },
		{ 220, ANSWERS_CONNECT, NULL, EXPECTED_YES },
		{ 554, ANSWERS_CONNECT, NULL, EXPECTED_YES },
		{ 220, ANSWERS_COMMAND, "STARTTLS", EXPECTED_YES },
		{ 220, ANSWERS_COMMAND, "EHLO", EXPECTED_NO },
		{ 354, ANSWERS_COMMAND, "DATA", EXPECTED_YES },
		{ 250, ANSWERS_COMMAND, "DATA", EXPECTED_NO },
		{ 354, ANSWERS_COMMAND, "RCPT", EXPECTED_NO },
		{ 250, ANSWERS_COMMAND, "RCPT", EXPECTED_YES },
		{ 251, ANSWERS_COMMAND, "RCPT", EXPECTED_YES },
		{ 550, ANSWERS_COMMAND, "RCPT", EXPECTED_YES },
		{ 502, ANSWERS_COMMAND, "FOO", EXPECTED_YES },
		{ 334, ANSWERS_COMMAND, "AUTH", EXPECTED_YES },
		{ 235, ANSWERS_AUTH_RESPONSE, "AUTH", EXPECTED_YES },
		{ 250, ANSWERS_END_OF_DATA, ".", EXPECTED_YES },
		{ 421, ANSWERS_COMMAND, "MAIL", EXPECTED_YES },
		{ 250, ANSWERS_BDAT, "BDAT", EXPECTED_YES },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct annotation a = meaning(cases[i].code, cases[i].answers, cases[i].verb, false);

		ck_assert_msg(a.expected == cases[i].expected, "%u to %s: %d", cases[i].code,
			      cases[i].verb ? cases[i].verb : "-", (int)a.expected);
		ck_assert(a.name && a.name[0] && a.category);
	}
}
END_TEST

/* After losses nothing is called unexpected. */
START_TEST(test_unsure)
{
	ck_assert_int_eq(meaning(221, ANSWERS_COMMAND, "MAIL", true).expected, EXPECTED_UNKNOWN);
	ck_assert_int_eq(meaning(221, ANSWERS_NONE, NULL, true).expected, EXPECTED_UNKNOWN);
	ck_assert_int_eq(meaning(221, ANSWERS_COMMAND, "QUIT", true).expected, EXPECTED_YES);
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(meaning(221, ANSWERS_COMMAND, "QUIT", false).category, "positive-completion");
	ck_assert_str_eq(meaning(354, ANSWERS_COMMAND, "DATA", false).category, "positive-intermediate");
	ck_assert_str_eq(meaning(451, ANSWERS_COMMAND, "DATA", false).category, "transient-negative");
	ck_assert_str_eq(meaning(599, ANSWERS_COMMAND, "DATA", false).category, "permanent-negative");
	/* The same code means something else to another question. */
	ck_assert_str_ne(meaning(454, ANSWERS_COMMAND, "STARTTLS", false).meaning,
			 meaning(454, ANSWERS_COMMAND, "AUTH", false).meaning);
	ck_assert_str_ne(meaning(250, ANSWERS_COMMAND, "RCPT", false).meaning,
			 meaning(250, ANSWERS_END_OF_DATA, ".", false).meaning);
	ck_assert_str_eq(meaning(299, ANSWERS_COMMAND, "NOOP", false).name, "Unknown code");
}
END_TEST

START_TEST(test_in_a_session)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, NULL);
	clinic_say(&clinic,
		   "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: QUIT\nS: 221 bye");
	ck_assert_str_eq(clinic_expected(&clinic), "220 yes\n250 yes\n250 yes\n221 yes\n");
	clinic_finish(&clinic);
	clinic_init(&clinic, FLOW_MIDSTREAM, NULL);
	clinic_say(&clinic, "S: 250 ok\nS: 500 what\nS: 221 bye");
	ck_assert_str_eq(clinic_expected(&clinic), "250 unknown\n500 unknown\n221 unknown\n");
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
}
END_TEST

SUITE("annotate/catalog", test_expected, test_unsure, test_names, test_in_a_session)
