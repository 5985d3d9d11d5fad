/* SPDX-License-Identifier: BSD-2-Clause */
/* contract-violation: what was offered, what was used, what was sent ahead; and what comes near. */
#include "clinic.h"
#include "harness.h"

#include <stdio.h>

static struct clinic clinic;

/* A session after a hello whose reply offers |offers| (lines "S: 250-..."). */
static const char *find(const char *offers, const char *lines)
{
	static char text[4096];

	snprintf(text, sizeof text, "S: 220 mx\nC: EHLO a\nS: 250-mx\n%sS: 250 HELP\n%s", offers, lines);
	return clinic_of("contract-violation", text);
}

START_TEST(used_and_not_offered)
{
	ck_assert_str_eq(find("", "C: STARTTLS\nS: 502 no"), "contract-violation/not-offered\n");
	ck_assert_str_eq(find("", "C: MAIL FROM:<a@b> SMTPUTF8\nS: 250 ok"),
			 "contract-violation/not-offered\n");
	ck_assert_str_eq(find("S: 250-AUTH PLAIN\n", "C: AUTH LOGIN\nS: 504 no"),
			 "contract-violation/not-offered\n");
	ck_assert_str_eq(find("S: 250-AUTH PLAIN LOGIN\n", "C: AUTH LOGIN\nS: 454 later"), "");
	ck_assert_str_eq(find("S: 250-SMTPUTF8\n", "C: MAIL FROM:<a@b> SMTPUTF8\nS: 250 ok"), "");
	/* Of a parameter that no standard knows nobody can say who offers it, unless the server minds. */
	ck_assert_str_eq(find("", "C: MAIL FROM:<a@b> XODD\nS: 250 ok"), "");
	ck_assert_str_eq(find("", "C: MAIL FROM:<a@b> XODD\nS: 555 what"), "contract-violation/not-offered\n");
}
END_TEST

/* A device on the path overwrites keywords with X, some of them all but the last letter. */
START_TEST(masked_offers)
{
	static const struct {
		const char *offers;
		bool masked;
	} cases[] = {
		{ "S: 250-XXXX\n", true },     { "S: 250-XXXA\n", true },
		{ "S: 250-XXX\n", false },     { "S: 250-XXA\n", false },
		{ "S: 250-XXXXXXXA\n", true }, { "S: 250-XXXXXXAA\n", false },
		{ "S: 250-AXXX\n", false },    { "S: 250-SIZE\nS: 250-XXXA\n", true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_str_eq(find(cases[i].offers, "C: STARTTLS\nS: 502 no"),
				 cases[i].masked ? "" : "contract-violation/not-offered\n");
}
END_TEST

START_TEST(one_of_a_kind)
{
	ck_assert_str_eq(find("", "C: STARTTLS\nS: 502 no\nC: ETRN x\nS: 502 no"),
			 "contract-violation/not-offered\n");
}
END_TEST

START_TEST(harm_decides_severity)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "contract-violation");
	clinic_say(&clinic,
		   "S: 220 mx\nC: EHLO a\nS: 250-mx\nS: 250 HELP\nC: MAIL FROM:<a@b> RET=FULL\nS: 250 ok");
	ck_assert_int_eq(clinic.last.severity, SEVERITY_INFO);
	clinic_finish(&clinic);
	clinic_init(&clinic, FLOW_HANDSHAKE, "contract-violation");
	clinic_say(&clinic,
		   "S: 220 mx\nC: EHLO a\nS: 250-mx\nS: 250 HELP\nC: MAIL FROM:<a@b> RET=FULL\nS: 555 no");
	ck_assert_int_eq(clinic.last.severity, SEVERITY_WARNING);
	clinic_finish(&clinic);
}
END_TEST

START_TEST(offered_and_refused)
{
	ck_assert_str_eq(find("S: 250-STARTTLS\n", "C: STARTTLS\nS: 500 what"),
			 "contract-violation/offered-and-refused\n");
	ck_assert_str_eq(find("S: 250-STARTTLS\n", "C: STARTTLS\nS: 454 later"), "");
	ck_assert_str_eq(find("S: 250-STARTTLS\n", "C: STARTTLS\nS: 500 Pipelining not supported"), "");
	ck_assert_str_eq(find("S: 250-DSN\n", "C: MAIL FROM:<a@b> RET=FULL\nS: 501 RET is not known"),
			 "contract-violation/offered-and-refused\n");
	ck_assert_str_eq(find("S: 250-DSN\n", "C: MAIL FROM:<a@b> RET=FULL\nS: 501 bad address"), "");
	/* 504 and 555 are about parameters, whatever their text; other rejections are not. */
	ck_assert_str_eq(find("S: 250-DSN\n", "C: MAIL FROM:<a@b> RET=FULL\nS: 504 no"),
			 "contract-violation/offered-and-refused\n");
	ck_assert_str_eq(find("S: 250-DSN\n", "C: MAIL FROM:<a@b> RET=FULL\nS: 555 no"),
			 "contract-violation/offered-and-refused\n");
	ck_assert_str_eq(find("S: 250-DSN\n", "C: MAIL FROM:<a@b> RET=FULL\nS: 503 no"), "");
	ck_assert_str_eq(find("S: 250-DSN\n", "C: MAIL FROM:<a@b> RET=FULL\nS: 554 no"), "");
}
END_TEST

START_TEST(no_verdict_without_a_view)
{
	/* No hello; a reply to it that broke off; a loss. */
	ck_assert_str_eq(clinic_of("contract-violation", "S: 220 mx\nC: STARTTLS\nS: 502 no"), "");
	ck_assert_str_eq(clinic_of("contract-violation",
				   "S: 220 mx\nC: EHLO a\nS: 250-mx\nS: 550 broken\nC: STARTTLS\nS: 502 no"),
			 "");
	clinic_init(&clinic, FLOW_HANDSHAKE, "contract-violation");
	clinic_say(&clinic, "S: 220 mx\nC: EHLO a");
	dialog_gap(&clinic.dialog, DIR_SERVER, 40);
	clinic_say(&clinic, "S: 250 HELP\nC: STARTTLS\nS: 502 no");
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
	clinic_init(&clinic, FLOW_MIDSTREAM, "contract-violation");
	clinic_say(&clinic, "C: STARTTLS\nS: 502 no\nC: MAIL FROM:<a@b> RET=FULL\nS: 555 no");
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
}
END_TEST

START_TEST(sizes)
{
	ck_assert_str_eq(find("S: 250-SIZE 100\n", "C: MAIL FROM:<a@b> SIZE=101\nS: 552 no"),
			 "contract-violation/size-exceeded\n");
	ck_assert_str_eq(find("S: 250-SIZE 100\n", "C: MAIL FROM:<a@b> SIZE=100\nS: 250 ok"), "");
	ck_assert_str_eq(find("S: 250-SIZE 0\n", "C: MAIL FROM:<a@b> SIZE=9000000\nS: 250 ok"), "");
	ck_assert_str_eq(find("S: 250-SIZE 20\n",
			      "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 "
			      "go\nC: 0123456789\nC: 0123456789\nC: .\nS: 552 too big"),
			 "contract-violation/size-exceeded\n");
}
END_TEST

START_TEST(sent_ahead)
{
	ck_assert_str_eq(find("", "C: MAIL FROM:<a@b>\nC: RSET\nS: 250 ok\nS: 250 ok"),
			 "contract-violation/pipelining-not-offered\n");
	ck_assert_str_eq(find("S: 250-PIPELINING\n", "C: MAIL FROM:<a@b>\nC: RSET\nS: 250 ok\nS: 250 ok"), "");
	ck_assert_str_eq(find("S: 250-PIPELINING\n", "C: NOOP\nC: RSET\nS: 250 ok\nS: 250 ok"),
			 "contract-violation/not-last-in-group\n");
	/* Who has waited for long has given up. */
	ck_assert_str_eq(find("", "C: MAIL FROM:<a@b>\nwait 10\nC: RSET\nS: 250 ok\nS: 250 ok"), "");
}
END_TEST

START_TEST(acknowledgements_that_are_none_prove_nothing)
{
	clinic_init(&clinic, FLOW_HANDSHAKE, "contract-violation");
	clinic_say(&clinic, "S: 220 mx\nC: EHLO a\nS: 250-mx\nS: 250 HELP");
	/* One that is not known, and one that never moved. */
	for (int64_t ack = -2; ack <= 0; ack += 2) {
		clinic_say(&clinic, "C: MAIL FROM:<a@b>");
		clinic.dialog.ack = ack;
		clinic_say(&clinic, "C: RSET\nS: 250 ok\nS: 250 ok");
	}
	ck_assert_str_eq(clinic_findings(&clinic), "");
	clinic_finish(&clinic);
}
END_TEST

START_TEST(shapes_of_logins)
{
	ck_assert_str_eq(find("S: 250-AUTH PLAIN\n", "C: AUTH PLAIN YW5uYQ==\nS: 535 no"),
			 "contract-violation/login-misshapen likely\n");
	ck_assert_str_eq(find("S: 250-AUTH PLAIN\n", "C: AUTH PLAIN YW5uYQ==\nS: 235 ok"), "");
	ck_assert_str_eq(find("S: 250-AUTH PLAIN\n", "C: AUTH PLAIN AGFubmEAb3BlbnNlc2FtZQ==\nS: 535 no"), "");
	ck_assert_str_eq(find("S: 250-AUTH PLAIN\n", "C: AUTH PLAIN\nS: 334 \nC: *\nS: 501 cancelled"), "");
}
END_TEST

START_TEST(passwords_in_clear)
{
	static const char login[] =
	    "S: 220 mx\nC: EHLO a\nS: 250-mx\nS: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 x\nC: YW5uYQ==\n";
	char text[512];

	snprintf(text, sizeof text, "%sS: 334 y\nC: b3BlbnNlc2FtZQ==\nS: 235 ok", login);
	ck_assert_str_eq(clinic_of("cleartext-credentials", text), "cleartext-credentials/login-without-tls\n");
	/* The name alone is no password. */
	snprintf(text, sizeof text, "%sS: 535 no", login);
	ck_assert_str_eq(clinic_of("cleartext-credentials", text), "");
}
END_TEST

SUITE("diag_contract", used_and_not_offered, masked_offers, one_of_a_kind, harm_decides_severity,
      offered_and_refused, no_verdict_without_a_view, sizes, sent_ahead,
      acknowledgements_that_are_none_prove_nothing, shapes_of_logins, passwords_in_clear)
