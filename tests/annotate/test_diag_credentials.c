/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static void begin(const char *mechanism, unsigned responses, enum sasl_shape shape)
{
	exam_hello(&e, "cleartext-credentials", NULL);
	exam_login(&e, mechanism, responses, shape);
	e.kind = COMMAND_AUTH_RESPONSE;
	exam_command(&e, "AGEAYg==");
}

static const char *answered(void)
{
	static char found[64];

	exam_reply(&e, "235 Ok", ANSWERS_AUTH_RESPONSE);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

static const char *login(const char *mechanism, unsigned responses, enum sasl_shape shape)
{
	begin(mechanism, responses, shape);
	return answered();
}

START_TEST(test_mechanisms)
{
	ck_assert_str_eq(login("PLAIN", 1, SASL_FITS), "login-without-tls:info");
	ck_assert_str_eq(login("PLAIN", 0, SASL_FITS), "");
	/* LOGIN sends the user name first. */
	ck_assert_str_eq(login("LOGIN", 1, SASL_FITS), "");
	ck_assert_str_eq(login("LOGIN", 2, SASL_FITS), "login-without-tls:info");
	ck_assert_str_eq(login("CRAM-MD5", 2, SASL_FITS), "");
	ck_assert_str_eq(login("PLAIN", 1, SASL_UNJUDGED), "login-without-tls:info");
	ck_assert_str_eq(login("PLAIN", 1, SASL_NOT_BASE64), "");
	ck_assert_str_eq(login("PLAIN", 1, SASL_MISSHAPEN), "");
}
END_TEST

/* The newest login counts, not those before it. */
START_TEST(test_newest_login)
{
	struct login logins[2];

	for (int weak = 0; weak < 2; weak++) {
		begin("PLAIN", 1, SASL_FITS);
		logins[0] = logins[1] = e.login;
		strcpy(logins[!weak].mechanism, "CRAM-MD5");
		e.session.logins = logins;
		e.session.login_count = 2;
		ck_assert_str_eq(answered(), weak ? "login-without-tls:info" : "");
	}
}
END_TEST

START_TEST(test_encrypted)
{
	begin("PLAIN", 1, SASL_FITS);
	e.login.encrypted = true;
	ck_assert_str_eq(answered(), "");
	/* TLS that began later does not protect it. */
	begin("PLAIN", 1, SASL_FITS);
	e.session.tls = &(struct tls_facts){ .decrypted = true };
	ck_assert_str_eq(answered(), "login-without-tls:info");
}
END_TEST

/* A remark inside a private network; a warning where one side is on the Internet. */
START_TEST(test_addresses)
{
	begin("PLAIN", 1, SASL_FITS);
	ck_assert(addr_parse(&e.flow.server.addr, "8.8.8.8"));
	ck_assert_str_eq(answered(), "login-without-tls");
	begin("PLAIN", 1, SASL_FITS);
	ck_assert(addr_parse(&e.flow.client.addr, "8.8.8.8"));
	ck_assert_str_eq(answered(), "login-without-tls");
}
END_TEST

START_TEST(test_said_once)
{
	begin("PLAIN", 1, SASL_FITS);
	exam_reply(&e, "535 no", ANSWERS_AUTH_RESPONSE);
	ck_found(&e, "login-without-tls:info");
	e.kind = COMMAND_AUTH_RESPONSE;
	exam_command(&e, "AGEAYg==");
	ck_assert_str_eq(answered(), "");
	/* What other diagnoses note about the session in between, the end of a message for example, is kept apart. */
	begin("PLAIN", 1, SASL_FITS);
	exam_reply(&e, "535 no", ANSWERS_AUTH_RESPONSE);
	ck_found(&e, "login-without-tls:info");
	exam_message(&e, 10, OUTCOME_ACCEPTED);
	e.kind = COMMAND_AUTH_RESPONSE;
	exam_command(&e, "AGEAYg==");
	ck_assert_str_eq(answered(), "");
}
END_TEST

START_TEST(test_doubt)
{
	begin("PLAIN", 1, SASL_FITS);
	e.likely = true;
	ck_assert_str_eq(answered(), "login-without-tls:likely:info");
	begin("PLAIN", 1, SASL_FITS);
	exam_lose(&e);
	ck_assert_str_eq(answered(), "login-without-tls:likely:info");
}
END_TEST

/* Only the reply to the login tells that the server had it. */
START_TEST(test_other_replies)
{
	begin("PLAIN", 1, SASL_FITS);
	exam_reply(&e, "235 Ok", ANSWERS_NONE);
	ck_found(&e, "");
	e.answered++;
	exam_ask(&e, "NOOP", "250 Ok");
	ck_found(&e, "");
	exam_ask(&e, "AUTH PLAIN AGEAYg==", "235 Ok");
	ck_found(&e, "login-without-tls:info");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_credentials", test_mechanisms, test_newest_login, test_encrypted, test_addresses,
      test_said_once, test_doubt, test_other_replies)
