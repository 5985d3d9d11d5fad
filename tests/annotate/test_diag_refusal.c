/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static const char *said(const char *watched, const char *line, const char *reply)
{
	static char found[96];

	exam_init(&e, watched);
	exam_reply(&e, "220 mx", ANSWERS_CONNECT);
	exam_ask(&e, line, reply);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_hello)
{
	ck_assert_str_eq(said("hello-refused", "EHLO user", "250 mx"), "");
	ck_assert_str_eq(said("hello-refused", "EHLO user", "554 no"), "unspecified:error");
	ck_assert_str_eq(said("hello-refused", "HELO user",
			      "504 5.5.2 <user>: Helo command rejected: need fully-qualified hostname"),
			 "ptr-helo:likely:error");
	/* The server does not know EHLO; the client goes on with HELO. */
	ck_assert_str_eq(said("hello-refused", "EHLO user", "500 What?"), "");
	ck_assert_str_eq(said("hello-refused", "EHLO user", "502 Command not implemented"), "");
	ck_assert_str_ne(said("hello-refused", "HELO user", "502 Command not implemented"), "");
	ck_assert_str_eq(said("hello-refused", "MAIL FROM:<a@example.org>", "550 no"), "");
}
END_TEST

START_TEST(test_hello_of_lmtp)
{
	ck_assert_str_eq(said("hello-refused", "LHLO user", "500 What?"), "lmtp-client:likely:error");
	ck_assert_str_eq(said("hello-refused", "LHLO user", "502 What?"), "lmtp-client:likely:error");
	ck_assert_str_eq(said("hello-refused", "LHLO user", "250 mx"), "");
	ck_assert_str_eq(said("hello-refused", "LHLO user", "554 no"), "unspecified:error");
}
END_TEST

START_TEST(test_no_hello_known)
{
	static char greeting[] = "mx";

	/* Without the greeting, a firewall that masks it may have rewritten HELO. */
	ck_assert_str_eq(said("hello-refused", "HELO user", "500 What?"), "not-known:likely:error");
	ck_assert_str_eq(said("hello-refused", "HELO\tuser", "500 What?"), "");
	exam_init(&e, "hello-refused");
	e.session.greeting = greeting;
	exam_reply(&e, "220 mx", ANSWERS_CONNECT);
	exam_ask(&e, "HELO user", "500 What?");
	ck_found(&e, "not-known:error");
	exam_finish(&e);
	exam_hello(&e, "hello-refused", NULL);
	exam_ask(&e, "HELO user", "500 What?");
	ck_found(&e, "not-known:likely:info");
	exam_finish(&e);
}
END_TEST

START_TEST(test_second_hello)
{
	exam_hello(&e, "hello-refused", NULL);
	exam_ask(&e, "HELO user", "503 Already said");
	ck_found(&e, "unspecified:info");
	exam_ask(&e, "HELO user", "554 no");
	ck_found(&e, "unspecified:error");
	exam_finish(&e);
}
END_TEST

START_TEST(test_tls)
{
	ck_assert_str_eq(said("tls-refused", "STARTTLS", "220 go"), "");
	ck_assert_str_eq(said("tls-refused", "STARTTLS", "454 4.7.0 TLS not available"), "not-available");
	ck_assert_str_eq(said("tls-refused", "STARTTLS", "502 no"), "unspecified");
	/* unexpected-500 reports it. */
	ck_assert_str_eq(said("tls-refused", "STARTTLS", "500 no"), "");
}
END_TEST

START_TEST(test_login_causes)
{
	static const struct {
		const char *reply, *found;
	} cases[] = {
		{ "334 VXNlcm5hbWU6", "" },
		{ "235 ok", "" },
		{ "535 5.7.8 Error: authentication failed", "wrong-credentials:likely:error" },
		{ "504 LOGIN authentication mechanism not supported", "mechanism:error" },
		{ "534 5.7.9 no", "mechanism:error" },
		{ "538 5.7.11 Encryption required for requested authentication mechanism",
		  "tls-required:error" },
		{ "530 5.7.0 Must issue a STARTTLS command first", "tls-required:error" },
		{ "435 Unable to authenticate at present", "temporary" },
		{ "454 4.7.0 Temporary authentication failure", "temporary" },
		{ "454 4.7.0 Too many login attempts, please try again later", "too-many-tries:warning" },
		{ "535 5.7.8 Error: authentication failed: Connection lost to authentication server",
		  "temporary:likely" },
		{ "500 no", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *found = said("login-refused", "AUTH LOGIN", cases[i].reply);
		size_t length = strcspn(cases[i].found, ":");

		ck_assert_msg(strncmp(found, cases[i].found, length) == 0 && (length || !*found), "%s: %s",
			      cases[i].reply, found);
	}
}
END_TEST

/* The second refusal follows from the first; advice about the password is not given where none could be checked. */
START_TEST(test_login_repeated)
{
	exam_hello(&e, "login-refused", "250 AUTH PLAIN");
	exam_ask(&e, "AUTH PLAIN AGEAYg==", "535 5.7.8 no");
	ck_found(&e, "wrong-credentials:likely:error");
	exam_ask(&e, "AUTH PLAIN AGEAYg==", "535 5.7.8 no");
	ck_found(&e, "wrong-credentials:likely:error:root=1");
	exam_finish(&e);
	exam_hello(&e, "login-refused", "250 AUTH PLAIN");
	exam_ask(&e, "AUTH PLAIN AGEAYg==", "435 Unable to authenticate at present");
	ck_assert(strstr(e.fix, "Do not change the password"));
	exam_finish(&e);
}
END_TEST

/* A 421 that says why the server closes has that for its cause. */
START_TEST(test_closing)
{
	ck_assert_str_eq(said("hello-refused", "EHLO a", "421 4.3.2 Server shutting down"),
			 "server-shutdown:likely");
	ck_assert_str_eq(said("tls-refused", "STARTTLS", "421 4.3.2 Server shutting down"), "server-shutdown");
	ck_assert_str_eq(said("login-refused", "AUTH PLAIN", "421 System too busy"), "overload");
	ck_assert_str_ne(said("login-refused", "AUTH PLAIN", "454 System too busy"), "overload");
}
END_TEST

START_TEST(test_doubt)
{
	exam_init(&e, "hello-refused");
	exam_reply(&e, "220 mx", ANSWERS_CONNECT);
	exam_command(&e, "HELO user");
	e.unsure = true;
	exam_reply(&e, "504 5.5.2 <user>: Helo command rejected: need fully-qualified hostname",
		   ANSWERS_COMMAND);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_refusal", test_hello, test_hello_of_lmtp, test_no_hello_known, test_second_hello,
      test_tls, test_login_causes, test_login_repeated, test_closing, test_doubt)
