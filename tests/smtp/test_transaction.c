/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of messages and recipients. */
#include "dialog.h"
#include <stdio.h>

#include "harness.h"

static struct dialog dialog;

/* Says hello and |lines|, and gives the messages and the end of it. */
static void say(const char *lines)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx");
	dialog_say(&dialog, lines);
	dialog_end(&dialog);
}

static void expect(const char *wanted)
{
	const char *log = dialog_log(&dialog);
	char found[4096] = { 0 };

	while (*log) {
		size_t length = strcspn(log, "\n") + 1;

		if (strncmp(log, "message ", 8) == 0 || strncmp(log, "end ", 4) == 0)
			strncat(found, log, length);
		log += length;
	}
	ck_assert_str_eq(found, wanted);
	dialog_finish(&dialog);
}

START_TEST(test_delivered)
{
	say("C: MAIL FROM:<a@b> SIZE=10\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: RCPT TO:<e@f>\nS: 251 "
	    "ok\nC: DATA\nS: 354 go\n"
	    "C: x\nC: ..y\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye");
	expect("message a@b accepted bytes=7 c@d=accepted e@f=accepted\nend delivered\n");
}
END_TEST

START_TEST(test_null_sender)
{
	say("C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: .\nS: 250 ok");
	expect("message  accepted bytes=0 c@d=accepted\nend delivered\n");
}
END_TEST

START_TEST(test_rejected_at_dot)
{
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\nS: "
	    "550 spam");
	expect("message a@b rejected bytes=3 c@d=rejected\nend rejected\n");
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\nS: "
	    "451 later");
	expect("message a@b deferred bytes=3 c@d=deferred\nend deferred\n");
}
END_TEST

START_TEST(test_partial)
{
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 550 no\nC: RCPT TO:<e@f>\nS: 250 ok\nC: "
	    "DATA\nS: 354 go\nC: x\nC: .\n"
	    "S: 250 ok");
	expect("message a@b accepted bytes=3 c@d=rejected e@f=accepted\nend partial\n");
}
END_TEST

START_TEST(test_all_recipients_refused)
{
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 550 no\nC: RCPT TO:<e@f>\nS: 450 later\nC: "
	    "RSET\nS: 250 ok");
	expect("message a@b rejected bytes=0 c@d=rejected e@f=deferred\nend rejected\n");
}
END_TEST

static unsigned seen_code;
static enum outcome seen_outcome;

static void keep_code(void *context, const struct smtp_event *event)
{
	(void)context;
	if (event->kind == SMTP_MESSAGE) {
		seen_code = event->message->code;
		seen_outcome = event->message->outcome;
	}
}

/* The code that stands for the message is one of the kind that its outcome says. */
START_TEST(test_code_fits_outcome)
{
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, keep_code, NULL);
	dialog_say(&dialog,
		   "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 550 no\n"
		   "C: RCPT TO:<e@f>\nS: 450 later\nC: RSET\nS: 250 ok");
	ck_assert_int_eq(seen_outcome, OUTCOME_REJECTED);
	ck_assert_uint_eq(seen_code, 550);
	dialog_finish(&dialog);
}
END_TEST

START_TEST(test_mail_refused)
{
	say("C: MAIL FROM:<a@b>\nS: 550 no\nC: QUIT\nS: 221 bye");
	expect("message a@b rejected bytes=0\nend rejected\n");
	/* In a pipelined group, the other refusals follow from the first and decide nothing. */
	say("C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: DATA\nS: 450 later\nS: 503 need MAIL\nS: 503 need "
	    "RCPT\nC: QUIT\nS: 221 bye");
	expect("message a@b deferred bytes=0 c@d=deferred\nend deferred\n");
}
END_TEST

/* A second MAIL that is refused changes nothing of the first (RFC 5321 4.1.4). */
START_TEST(test_nested_mail)
{
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: MAIL FROM:<x@y>\nS: 503 nested\nC: RCPT TO:<c@d>\nS: 250 "
	    "ok\nC: DATA\nS: 354 go\nC: x\nC: .\n"
	    "S: 250 ok");
	expect("message a@b accepted bytes=3 c@d=accepted\nend delivered\n");
}
END_TEST

START_TEST(test_aborted)
{
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: RSET\nS: 250 ok\nC: QUIT\nS: 221 "
	    "bye");
	/* The client only asked whether the recipient exists. */
	expect("message a@b aborted bytes=0 c@d=aborted\nend no-mail\n");
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: EHLO again\nS: 250 mx");
	expect("message a@b aborted bytes=0 c@d=aborted\nend aborted\n");
}
END_TEST

/* The end of data was sent and no reply came: nobody can know (RFC 1047). */
START_TEST(test_unknown)
{
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .");
	expect("message a@b unknown bytes=3 c@d=unknown\nend unknown\n");
}
END_TEST

START_TEST(test_data_refused)
{
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 451 later\nC: QUIT\nS: "
	    "221 bye");
	expect("message a@b deferred bytes=0 c@d=deferred\nend deferred\n");
}
END_TEST

START_TEST(test_several_messages)
{
	say("C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\nS: "
	    "250 ok\n"
	    "C: MAIL FROM:<e@f>\nS: 250 ok\nC: RCPT TO:<g@h>\nS: 550 no\nC: RSET\nS: 250 ok\nC: QUIT\nS: 221 "
	    "bye");
	expect("message a@b accepted bytes=3 c@d=accepted\nmessage e@f rejected bytes=0 g@h=rejected\nend "
	       "partial\n");
}
END_TEST

START_TEST(test_no_mail)
{
	say("C: NOOP\nS: 250 ok\nC: QUIT\nS: 221 bye");
	expect("end no-mail\n");
	/* RCPT without MAIL is no message. */
	say("C: RCPT TO:<c@d>\nS: 503 need MAIL\nC: QUIT\nS: 221 bye");
	expect("end no-mail\n");
}
END_TEST

/* The other side was not captured: what it made of it is open. */
START_TEST(test_client_only)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_gap(&dialog, DIR_SERVER, 10);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const lines[] = { "C: EHLO a", "C: MAIL FROM:<a@b>", "C: RCPT TO:<c@d>" };

		dialog_say(&dialog, lines[i]);
		dialog_gap(&dialog, DIR_SERVER, 10);
	}
	dialog_say(&dialog, "C: QUIT");
	dialog_gap(&dialog, DIR_SERVER, 10);
	dialog_end(&dialog);
	expect("message a@b unknown bytes=0 c@d=unknown\nend unknown\n");
}
END_TEST

START_TEST(test_client_only_message)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_gap(&dialog, DIR_SERVER, 10);
	for (unsigned i = 0; i < 4; i++) {
		static const char *const lines[] = { "C: EHLO a", "C: MAIL FROM:<a@b>", "C: RCPT TO:<c@d>",
						     "C: DATA" };

		dialog_say(&dialog, lines[i]);
		dialog_gap(&dialog, DIR_SERVER, 10);
	}
	dialog_say(&dialog, "C: Subject: x\nC: .");
	dialog_gap(&dialog, DIR_SERVER, 10);
	dialog_say(&dialog, "C: QUIT");
	dialog_gap(&dialog, DIR_SERVER, 10);
	dialog_end(&dialog);
	expect("message a@b unknown bytes=12 c@d=unknown\nend unknown\n");
}
END_TEST

/* A name that was cut short is not the server's name for the message. */
START_TEST(test_queue_id_cut)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT "
			    "TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\n"
			    "C: x\nC: .\nS. 250 2.0.0 Ok: queued as ABC1");
	dialog_gap(&dialog, DIR_SERVER, 10);
	dialog_end(&dialog);
	expect("message a@b accepted bytes=3 c@d=accepted\nend delivered\n");
}
END_TEST

START_TEST(test_very_many_recipients)
{
	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: MAIL FROM:<a@b>\nS: 250 ok");
	for (unsigned i = 0; i < MESSAGE_RECIPIENTS_KEPT + 10; i++)
		dialog_say(&dialog, "C: RCPT TO:<c@d>\nS: 250 ok");
	dialog_say(&dialog, "C: DATA\nS: 354 go\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye");
	dialog_end(&dialog);
	ck_assert_int_eq(dialog.outcome, SESSION_DELIVERED);
	dialog_finish(&dialog);
}
END_TEST

/* Says a message with ten recipients more than are kept, which get |kept| and |others| as replies, and |end|. */
static void say_many(const char *hello, const char *kept, const char *others, const char *end)
{
	char line[64];

	dialog_init(&dialog, FLOW_HANDSHAKE);
	dialog_say(&dialog, hello);
	dialog_say(&dialog, "C: MAIL FROM:<a@b>\nS: 250 ok");
	for (unsigned i = 0; i < MESSAGE_RECIPIENTS_KEPT + 10; i++) {
		snprintf(line, sizeof line, "C: RCPT TO:<c@d>\nS: %s",
			 i < MESSAGE_RECIPIENTS_KEPT ? kept : others);
		dialog_say(&dialog, line);
	}
	dialog_say(&dialog, end);
}

START_TEST(test_recipients_not_kept_count)
{
	static const struct {
		const char *kept, *others, *end;
		enum session_outcome outcome;
	} cases[] = {
		{ "250 ok", "550 no", "C: DATA\nS: 354 go\nC: .\nS: 250 ok", SESSION_PARTIAL },
		{ "550 no", "250 ok", "C: DATA\nS: 354 go\nC: .\nS: 250 ok", SESSION_PARTIAL },
		{ "250 ok", "250 ok", "C: DATA\nS: 354 go\nC: .\nS: 250 ok", SESSION_DELIVERED },
		{ "250 ok", "450 no", "C: DATA\nS: 354 go\nC: .\nS: 550 no", SESSION_REJECTED },
		{ "450 no", "550 no", "C: RSET\nS: 250 ok", SESSION_REJECTED },
		{ "450 no", "450 no", "C: RSET\nS: 250 ok", SESSION_DEFERRED },
		/* Somebody was accepted: a probe, or a client that gave the message up */
		{ "450 no", "250 ok", "C: RSET\nS: 250 ok", SESSION_DEFERRED },
		{ "250 ok", "250 ok", "C: RSET\nS: 250 ok", SESSION_NO_MAIL },
		{ "250 ok", "450 no", "C: RSET\nS: 250 ok", SESSION_DEFERRED },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		say_many("S: 220 mx\nC: EHLO a\nS: 250 mx", cases[i].kept, cases[i].others, cases[i].end);
		dialog_end(&dialog);
		ck_assert_msg(dialog.outcome == cases[i].outcome, "case %zu: %d", i, (int)dialog.outcome);
		dialog_finish(&dialog);
	}
}
END_TEST

START_TEST(test_lmtp_recipients_not_kept_count)
{
	for (unsigned refused = 0; refused < 2; refused++) {
		say_many("S: 220 mx\nC: LHLO a\nS: 250 mx", "250 ok", "250 ok", "C: DATA\nS: 354 go\nC: .");
		for (unsigned i = 0; i < MESSAGE_RECIPIENTS_KEPT + 10; i++)
			dialog_say(&dialog,
				   refused && i == MESSAGE_RECIPIENTS_KEPT + 5 ? "S: 550 full" : "S: 250 ok");
		dialog_end(&dialog);
		ck_assert_int_eq(dialog.outcome, refused ? SESSION_PARTIAL : SESSION_DELIVERED);
		dialog_finish(&dialog);
	}
}
END_TEST

START_TEST(test_messages_not_kept_count)
{
	for (unsigned refused = 0; refused < 2; refused++) {
		dialog_init(&dialog, FLOW_HANDSHAKE);
		dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 mx");
		for (unsigned i = 0; i < SESSION_MESSAGES_KEPT + 10; i++) {
			dialog_say(
			    &dialog,
			    "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: RCPT TO:<e@f>");
			dialog_say(&dialog,
				   refused && i == SESSION_MESSAGES_KEPT + 5 ? "S: 550 no" : "S: 250 ok");
			dialog_say(&dialog, "C: DATA\nS: 354 go\nC: .\nS: 250 ok");
		}
		dialog_end(&dialog);
		ck_assert_int_eq(dialog.outcome, refused ? SESSION_PARTIAL : SESSION_DELIVERED);
		dialog_finish(&dialog);
	}
}
END_TEST

START_TEST(test_outcomes)
{
	static const struct {
		unsigned code;
		enum outcome outcome;
	} cases[] = {
		{ 200, OUTCOME_ACCEPTED }, { 221, OUTCOME_UNKNOWN },  { 250, OUTCOME_ACCEPTED },
		{ 299, OUTCOME_ACCEPTED }, { 300, OUTCOME_UNKNOWN },  { 354, OUTCOME_UNKNOWN },
		{ 399, OUTCOME_UNKNOWN },  { 400, OUTCOME_DEFERRED }, { 499, OUTCOME_DEFERRED },
		{ 500, OUTCOME_REJECTED }, { 599, OUTCOME_REJECTED },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_int_eq(outcome_of_code(cases[i].code), cases[i].outcome);
}
END_TEST

SUITE("smtp/transaction", test_delivered, test_null_sender, test_rejected_at_dot, test_partial,
      test_all_recipients_refused, test_code_fits_outcome, test_mail_refused, test_nested_mail, test_aborted,
      test_unknown, test_data_refused, test_several_messages, test_no_mail, test_client_only,
      test_client_only_message, test_queue_id_cut, test_very_many_recipients, test_recipients_not_kept_count,
      test_lmtp_recipients_not_kept_count, test_messages_not_kept_count, test_outcomes)
