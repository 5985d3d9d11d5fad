/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static void begin(void)
{
	exam_hello(&e, "delivery-failed", NULL);
}

START_TEST(test_rejected)
{
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
	exam_ask(&e, "RCPT TO:<b@example.net>", "550 5.1.1 User unknown");
	ck_found(&e, "user-unknown:likely:error");
	ck_assert_ptr_nonnull(strstr(e.why, "<b@example.net>"));
	exam_finish(&e);
}
END_TEST

/* A 4xx reply may pass by itself: at most a warning. */
START_TEST(test_temporary)
{
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
	exam_ask(&e, "RCPT TO:<b@example.net>", "450 4.1.1 User unknown");
	ck_found(&e, "user-unknown:likely");
	exam_finish(&e);
}
END_TEST

/* Without text and enhanced code nobody knows the reason. */
START_TEST(test_possible)
{
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
	exam_ask(&e, "RCPT TO:<b@example.net>", "554 no");
	ck_found(&e, "unspecified:possible:error");
	exam_finish(&e);
}
END_TEST

/* Recipients follow from a rejected MAIL; DATA without a recipient says nothing new. */
START_TEST(test_consequences)
{
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "550 5.7.1 Sender address rejected");
	ck_assert_ptr_nonnull(strstr(exam_found(&e), "error"));
	exam_ask(&e, "RCPT TO:<b@example.net>", "503 5.5.1 Need MAIL command");
	ck_found(&e, "protocol-error:likely:error:root=1");
	exam_ask(&e, "DATA", "503 5.5.1 Need RCPT command");
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

/* A refusal while the message is being sent refuses it. 421 closes the connection instead, and a reply below 400 refuses nothing. */
START_TEST(test_refused_in_message)
{
	static const struct {
		const char *reply;
		bool in_message, unsure, found;
	} cases[] = {
		{ "422 no", true, false, true },      { "420 no", true, false, true },
		{ "552 too big", true, false, true }, { "421 bye", true, false, false },
		{ "399 odd", true, false, false },    { "400 no", true, false, true },
		{ "552 too big", true, true, false }, { "552 too big", false, false, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin();
		exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
		exam_ask(&e, "RCPT TO:<b@example.net>", "250 Ok");
		exam_ask(&e, "DATA", "354 go");
		e.x.in_message = cases[i].in_message;
		e.unsure = cases[i].unsure;
		exam_reply(&e, cases[i].reply, ANSWERS_NONE);
		ck_assert_msg((*exam_found(&e) != 0) == cases[i].found, "case %zu", i);
		exam_finish(&e);
	}
}
END_TEST

START_TEST(test_data_without_recipients)
{
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
	exam_ask(&e, "RCPT TO:<b@example.net>", "550 5.1.1 User unknown");
	exam_found(&e);
	exam_ask(&e, "DATA", "554 5.5.1 No valid recipients");
	ck_found(&e, "");
	exam_finish(&e);
	/* With one accepted recipient it is a rejection of its own. */
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
	exam_ask(&e, "RCPT TO:<b@example.net>", "550 5.1.1 User unknown");
	exam_ask(&e, "RCPT TO:<c@example.net>", "250 Ok");
	exam_found(&e);
	exam_ask(&e, "DATA", "554 5.5.1 no");
	ck_assert_str_ne(exam_found(&e), "");
	exam_finish(&e);
}
END_TEST

/* What an earlier message left behind is forgotten with it. */
START_TEST(test_forgets)
{
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "550 5.7.1 Sender address rejected");
	exam_message(&e, 0, OUTCOME_REJECTED);
	exam_found(&e);
	exam_ask(&e, "RCPT TO:<b@example.net>", "503 5.5.1 Need MAIL command");
	ck_found(&e, "protocol-error:likely:error");
	exam_finish(&e);
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "550 5.7.1 Sender address rejected");
	exam_ask(&e, "MAIL FROM:<b@example.org>", "250 Ok");
	exam_found(&e);
	exam_ask(&e, "RCPT TO:<b@example.net>", "550 5.1.1 User unknown");
	ck_found(&e, "user-unknown:likely:error");
	exam_finish(&e);
}
END_TEST

/* A second MAIL that is rejected leaves the transaction of the first one alone. */
START_TEST(test_second_mail)
{
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
	exam_ask(&e, "MAIL FROM:<b@example.org>", "503 5.5.1 Nested MAIL command");
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

START_TEST(test_questions)
{
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
	exam_ask(&e, "RCPT TO:<b@example.net>", "250 Ok");
	exam_ask(&e, "DATA", "354 Go ahead");
	exam_ask(&e, ".", "554 5.7.1 Message is spam");
	ck_found(&e, "content-spam:likely:error");
	/* Not about a message: no questions asked, and none that is known. */
	exam_reply(&e, "550 5.1.1 User unknown", ANSWERS_NONE);
	exam_reply(&e, "550 5.1.1 User unknown", ANSWERS_UNSEEN);
	exam_ask(&e, "NOOP", "550 5.1.1 User unknown");
	e.kind = COMMAND_AUTH_RESPONSE;
	exam_command(&e, "AGEAYg==");
	exam_reply(&e, "535 5.7.8 Authentication failed", ANSWERS_AUTH_RESPONSE);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

/* Codes about the form of a command say nothing about mail while it is in doubt which command they answer. */
static const char *doubtful(const char *reply, bool likely)
{
	static char found[64];

	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
	exam_ask(&e, "RCPT TO:<b@example.net>", "250 Ok");
	exam_command(&e, "DATA");
	e.likely = likely;
	exam_reply(&e, reply, ANSWERS_COMMAND);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_form_in_doubt)
{
	ck_assert_str_eq(doubtful("500 5.0.0 Line too long", true), "");
	ck_assert_str_eq(doubtful("504 5.5.4 no", true), "");
	ck_assert_str_ne(doubtful("500 5.0.0 Line too long", false), "");
	ck_assert_str_ne(doubtful("499 no", true), "");
	ck_assert_str_ne(doubtful("505 no", true), "");
}
END_TEST

/* A doubtful pairing cannot make a certain finding. */
START_TEST(test_likely)
{
	begin();
	exam_ask(&e, "MAIL FROM:<a@example.org>", "250 Ok");
	exam_command(&e, "RCPT TO:<b@example.net>");
	e.likely = true;
	exam_reply(&e, "550 5.1.1 User unknown", ANSWERS_COMMAND);
	ck_assert_int_ne((int)e.last.certainty, CERTAINTY_CERTAIN);
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_delivery", test_rejected, test_temporary, test_possible, test_consequences,
      test_refused_in_message, test_data_without_recipients, test_forgets, test_second_mail, test_questions,
      test_form_in_doubt, test_likely)
