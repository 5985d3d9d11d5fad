/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;
static const tstamp MINUTE = 60 * TSTAMP_SECOND;

/* The client waits for the reply to |open| and then leaves, as |how| says: "FIN", "RST", or a command. */
static const char *leaves(const char *open, tstamp waited, const char *how)
{
	static char found[256];

	exam_hello(&e, "client-gave-up", "250-STARTTLS\n250-AUTH PLAIN\n250 SMTPUTF8");
	exam_command(&e, open);
	e.flow.side[DIR_CLIENT].acked = e.flow.side[DIR_CLIENT].delivered;
	exam_wait(&e, waited - 5 * TSTAMP_MILLISECOND);
	if (strcmp(how, "FIN") == 0 || strcmp(how, "RST") == 0)
		exam_close(&e, *how == 'F' ? FLOW_EVENT_FIN : FLOW_EVENT_RST, DIR_CLIENT);
	else
		exam_command(&e, how);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_five_seconds)
{
	static const char *const ways[] = { "FIN", "RST", "QUIT", "RSET" };

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		ck_assert_str_eq(leaves("NOOP", 5 * TSTAMP_SECOND, ways[i]), "waiting-for-reply");
		ck_assert_str_eq(leaves("NOOP", 5 * TSTAMP_SECOND - 1, ways[i]), "");
		ck_assert_str_eq(leaves(".", 5 * TSTAMP_SECOND, ways[i]), "at-end-of-data");
		ck_assert_str_eq(leaves(".", 5 * TSTAMP_SECOND - 1, ways[i]), "");
	}
	ck_assert_str_eq(leaves("NOOP", MINUTE, "NOOP"), "");
	ck_assert_str_eq(leaves("QUIT", MINUTE, "FIN"), "");
}
END_TEST

static enum responsible responsible_after(const char *open, tstamp waited)
{
	ck_assert_str_ne(leaves(open, waited, "FIN"), "");
	return e.last.responsible;
}

/* RFC 5321 4.5.3.2; a second is allowed for the client's clock. */
START_TEST(test_responsible)
{
	static const struct {
		const char *open;
		tstamp limit;
	} cases[] = {
		{ "MAIL FROM:<a@b>", 5 * MINUTE },
		{ "RCPT TO:<a@b>", 5 * MINUTE },
		{ "DATA", 2 * MINUTE },
		{ ".", 10 * MINUTE },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tstamp limit = cases[i].limit - TSTAMP_SECOND;

		ck_assert_int_eq(responsible_after(cases[i].open, limit), RESPONSIBLE_SERVER);
		ck_assert_int_eq(responsible_after(cases[i].open, limit - 1), RESPONSIBLE_CLIENT);
	}
}
END_TEST

/* The wait begins with the newest reply of a group. */
START_TEST(test_group)
{
	exam_hello(&e, "client-gave-up", "250 PIPELINING");
	exam_command(&e, "MAIL FROM:<a@b>");
	exam_command(&e, "RCPT TO:<a@b>");
	exam_wait(&e, MINUTE);
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	exam_wait(&e, 5 * TSTAMP_SECOND - 6 * TSTAMP_MILLISECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

static const char *leaves_before_greeting(tstamp waited)
{
	static char found[256];

	exam_init(&e, "client-gave-up");
	exam_flow(&e, FLOW_EVENT_ESTABLISHED, DIR_CLIENT);
	exam_wait(&e, waited - 5 * TSTAMP_MILLISECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_three_seconds)
{
	ck_assert_str_eq(leaves_before_greeting(3 * TSTAMP_SECOND), "before-greeting");
	ck_assert_str_eq(leaves_before_greeting(3 * TSTAMP_SECOND - 1), "");
	ck_assert_int_eq((leaves_before_greeting(5 * MINUTE), e.last.responsible), RESPONSIBLE_SERVER);
	ck_assert_int_eq((leaves_before_greeting(4 * MINUTE), e.last.responsible), RESPONSIBLE_CLIENT);
}
END_TEST

/* A server owes a greeting to clients that can read one, on ports where it speaks first. */
START_TEST(test_no_greeting_owed)
{
	for (int why = 0; why < 3; why++) {
		exam_init(&e, "client-gave-up");
		if (why == 1)
			e.session.protocol = PROTOCOL_TLS;
		else if (why == 2)
			e.flow.server.port = 465;
		exam_flow(&e, FLOW_EVENT_ESTABLISHED, DIR_CLIENT);
		exam_wait(&e, MINUTE);
		exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
		ck_found(&e, why ? "" : "before-greeting");
		exam_finish(&e);
	}
}
END_TEST

/* What disproves it. */
START_TEST(test_nothing_was_owed)
{
	struct command *c;

	/* The command never arrived. */
	exam_hello(&e, "client-gave-up", NULL);
	c = exam_command(&e, "NOOP");
	e.flow.side[DIR_CLIENT].acked = c->end - 1;
	exam_wait(&e, MINUTE);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_found(&e, "");
	exam_finish(&e);
	/* The server had ended the session. */
	exam_hello(&e, "client-gave-up", NULL);
	exam_ask(&e, "NOOP", "421 closing");
	c = exam_command(&e, "NOOP");
	e.flow.side[DIR_CLIENT].acked = c->end;
	exam_wait(&e, MINUTE);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_found(&e, "");
	exam_finish(&e);
	/* The client acknowledged a reply that was not captured. */
	exam_hello(&e, "client-gave-up", NULL);
	c = exam_command(&e, "NOOP");
	e.flow.side[DIR_CLIENT].acked = c->end;
	e.flow.side[DIR_SERVER].acked = e.flow.side[DIR_SERVER].delivered + 1;
	exam_wait(&e, MINUTE);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

static const char *leaves_after_offer(const char *offers, tstamp waited)
{
	static char found[256];

	exam_hello(&e, "client-gave-up", offers);
	exam_wait(&e, waited - 5 * TSTAMP_MILLISECOND);
	exam_command(&e, "QUIT");
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_after_offer)
{
	static const char ALL[] = "250-STARTTLS\n250-AUTH PLAIN\n250 SMTPUTF8";

	ck_assert_str_eq(leaves_after_offer("250 8BITMIME", TSTAMP_SECOND), "after-offer:possible:info");
	ck_assert_str_eq(leaves_after_offer("250 8BITMIME", 5 * TSTAMP_SECOND), "after-offer:possible:info");
	ck_assert_str_eq(leaves_after_offer("250 8BITMIME", 5 * TSTAMP_SECOND + 1), "");
	ck_assert_str_eq(leaves_after_offer(ALL, TSTAMP_SECOND), "");
}
END_TEST

SUITE("annotate/diag_gave_up", test_five_seconds, test_responsible, test_group, test_three_seconds,
      test_no_greeting_owed, test_nothing_was_owed, test_after_offer)
