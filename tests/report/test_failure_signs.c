/* SPDX-License-Identifier: BSD-2-Clause */
#include "failure_signs.h"

#include "harness.h"

static struct failure_signs signs;
static struct session_facts session;
static struct flow flow;
static struct recipient recipient;
static struct message message;

static void start(enum session_outcome outcome)
{
	signs = (struct failure_signs){ 0 };
	flow = (struct flow){ .opened = FLOW_HANDSHAKE };
	session = (struct session_facts){ .flow = &flow, .protocol = PROTOCOL_SMTP, .outcome = outcome };
}

/* One message to one recipient, whose RCPT was answered |code|. */
static void envelope(enum outcome outcome, unsigned code)
{
	recipient = (struct recipient){ .code = code };
	message = (struct message){ .recipients = &recipient, .recipient_count = 1, .outcome = outcome };
	session.messages = &message;
	session.message_count = 1;
}

static void command(const char *verb)
{
	struct command c = { .kind = COMMAND_LINE };
	struct smtp_event event = { .kind = SMTP_COMMAND, .session = &session, .command = &c };
	struct record record = { .kind = RECORD_EVENT, .event = &event };

	strcpy(c.verb, verb);
	failure_signs_note(&signs, &record);
}

static void reply(enum answers answers, const char *verb, unsigned code)
{
	struct command c = { .kind = COMMAND_LINE };
	struct reply r = { .code = code };
	struct exchange x = { .answers = answers, .reply = &r, .command = verb ? &c : NULL };
	struct smtp_event event = { .kind = SMTP_REPLY, .session = &session, .exchange = &x };
	struct record record = { .kind = RECORD_EVENT, .event = &event };

	if (verb)
		strcpy(c.verb, verb);
	failure_signs_note(&signs, &record);
}

static bool shown(void)
{
	return failure_signs_failed(&signs, &session);
}

START_TEST(what_did_not_fail_is_left_out)
{
	start(SESSION_DELIVERED);
	ck_assert(!shown());
	start(SESSION_NO_MAIL);
	ck_assert(!shown());
	start(SESSION_UNKNOWN); /* encrypted, say: nothing is known to have failed */
	ck_assert(!shown());
	start(SESSION_NO_MAIL);
	reply(ANSWERS_COMMAND, "EHLO", 500);
	reply(ANSWERS_COMMAND, "HELO", 250);
	reply(ANSWERS_COMMAND, "AUTH", 535);
	reply(ANSWERS_COMMAND, "AUTH", 235);
	ck_assert(!shown());
}
END_TEST

START_TEST(what_failed_is_shown)
{
	start(SESSION_PARTIAL);
	ck_assert(shown());
	start(SESSION_NO_MAIL);
	session.protocol = PROTOCOL_NONE;
	ck_assert(!shown());
	flow.opened = FLOW_REFUSED;
	ck_assert(shown());
	start(SESSION_NO_MAIL);
	reply(ANSWERS_CONNECT, NULL, 554);
	ck_assert(shown());
	start(SESSION_NO_MAIL);
	reply(ANSWERS_AUTH_RESPONSE, "", 535);
	ck_assert(shown());
	start(SESSION_NO_MAIL);
	reply(ANSWERS_COMMAND, "STARTTLS", 454);
	ck_assert(shown());
	start(SESSION_UNKNOWN); /* the end of data was never answered */
	envelope(OUTCOME_UNKNOWN, 250);
	command("DATA");
	ck_assert(shown());
}
END_TEST

START_TEST(address_probes_are_left_out)
{
	start(SESSION_ABORTED);
	envelope(OUTCOME_ABORTED, 250);
	ck_assert(shown()); /* the connection was lost */
	command("QUIT");
	ck_assert(!shown());
	command("DATA");
	ck_assert(shown()); /* it did want to send */
	start(SESSION_REJECTED);
	envelope(OUTCOME_REJECTED, 550);
	command("QUIT");
	ck_assert(shown()); /* it could not go on */
}
END_TEST

SUITE("failure_signs", what_did_not_fail_is_left_out, what_failed_is_shown, address_probes_are_left_out)
