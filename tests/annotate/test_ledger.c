/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger.h"

#include "harness.h"

#include <string.h>

static struct ledger ledger;
static struct flow flow;
static struct session_facts session;

static tstamp at(unsigned ms)
{
	return 1000 * TSTAMP_SECOND + ms * TSTAMP_MILLISECOND;
}

static void start(void)
{
	flow = (struct flow){ .first = { .number = 1, .time = at(0) },
			      .last = { .number = 1, .time = at(0) },
			      .rtt = -1 };
	session = (struct session_facts){ .flow = &flow };
	ledger_finish(&ledger, NULL);
	ledger_init(&ledger);
}

static void push(unsigned ms, struct smtp_event event)
{
	event.session = &session;
	event.frame = (struct frame_ref){ .number = 1 + ms, .time = at(ms) };
	flow.last = event.frame;
	ledger_push(&ledger, &event);
}

static void closing(unsigned ms, enum flow_event_kind kind, enum direction side)
{
	const struct flow_event e = { .kind = kind, .direction = side };

	push(ms, (struct smtp_event){ .kind = SMTP_FLOW, .flow_event = &e, .direction = side });
}

static void command(unsigned ms, enum phase phase)
{
	struct command c = { .kind = COMMAND_LINE, .frame = { .time = at(ms) } };

	push(ms, (struct smtp_event){ .kind = SMTP_COMMAND, .command = &c, .phase = phase });
}

static int64_t sum(void)
{
	int64_t spent = 0;

	for (int phase = 0; phase < LEDGER_PHASES; phase++)
		for (int owner = 0; owner < LEDGER_OWNERS; owner++)
			spent += ledger_spent(&ledger, (enum ledger_phase)phase, (enum ledger_owner)owner);
	return spent;
}

START_TEST(sums_equal_the_duration)
{
	start();
	push(0, (struct smtp_event){ .kind = SMTP_OPENED });
	closing(20, FLOW_EVENT_ESTABLISHED, DIR_CLIENT);
	command(70, PHASE_HELLO);
	command(5070, PHASE_ENVELOPE);
	closing(6000, FLOW_EVENT_FIN, DIR_SERVER);
	push(6100, (struct smtp_event){ .kind = SMTP_ENDED });
	ck_assert_int_eq(sum(), 6100 * TSTAMP_MILLISECOND);
	ck_assert_int_eq(ledger_spent(&ledger, LEDGER_CONNECT, LEDGER_NETWORK), 20 * TSTAMP_MILLISECOND);
	/* The client had said hello: the server kept it waiting. */
	ck_assert_int_eq(ledger_spent(&ledger, LEDGER_HELLO, LEDGER_SERVER), 5000 * TSTAMP_MILLISECOND);
}
END_TEST

START_TEST(a_clock_that_steps_back_leaves_the_sums_right)
{
	start();
	push(0, (struct smtp_event){ .kind = SMTP_OPENED });
	closing(10, FLOW_EVENT_ESTABLISHED, DIR_CLIENT);
	command(9000, PHASE_HELLO);
	command(4000, PHASE_ENVELOPE);
	push(4000, (struct smtp_event){ .kind = SMTP_ENDED });
	ck_assert_int_eq(sum(), 4000 * TSTAMP_MILLISECOND);
	for (int phase = 0; phase < LEDGER_PHASES; phase++)
		for (int owner = 0; owner < LEDGER_OWNERS; owner++)
			ck_assert_int_ge(
			    ledger_spent(&ledger, (enum ledger_phase)phase, (enum ledger_owner)owner), 0);
}
END_TEST

START_TEST(the_first_close_counts)
{
	start();
	closing(10, FLOW_EVENT_FIN, DIR_SERVER);
	closing(20, FLOW_EVENT_RST, DIR_CLIENT);
	ck_assert(ledger.end->close.seen && !ledger.end->close.reset);
	ck_assert_int_eq(ledger.end->close.side, DIR_SERVER);
	ck_assert_int_eq(ledger.end->close.frame.time, at(10));
	start();
	closing(10, FLOW_EVENT_RST, DIR_CLIENT);
	ck_assert(ledger.end->close.seen && ledger.end->close.reset);
}
END_TEST

START_TEST(bytes_of_an_unfinished_message)
{
	start();
	flow.side[DIR_CLIENT] = (struct flow_side){ .delivered = 500, .acked = 450 };
	ck_assert_uint_eq(ledger_body_bytes(&ledger, &flow), 0);
	ledger.in_body = true;
	ledger.body_start = 400;
	ck_assert_uint_eq(ledger_body_bytes(&ledger, &flow), 100);
	ck_assert_uint_eq(ledger_body_acked(&ledger, &flow), 50);
	flow.side[DIR_CLIENT].acked = 300;
	ck_assert_uint_eq(ledger_body_acked(&ledger, &flow), 0);
	closing(10, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_assert_uint_eq(ledger.end->close.body_bytes, 100);
}
END_TEST

/* A message begins with the 354 to DATA and ends with its last line. */
START_TEST(a_message_begins_and_ends)
{
	const struct command data = {
		.kind = COMMAND_LINE, .verb = "DATA", .verb_id = VERB_DATA, .start = 94, .end = 100
	};
	const struct command end = { .kind = COMMAND_END_OF_DATA, .start = 500, .end = 503 };
	struct reply reply = { .code = 451 };
	struct exchange x = { .reply = &reply, .answers = ANSWERS_COMMAND, .command = &data };

	start();
	flow.side[DIR_CLIENT].delivered = 500;
	push(10, (struct smtp_event){ .kind = SMTP_REPLY, .exchange = &x });
	ck_assert_uint_eq(ledger_body_bytes(&ledger, &flow), 0);
	reply.code = 354;
	push(20, (struct smtp_event){ .kind = SMTP_REPLY, .exchange = &x });
	ck_assert_uint_eq(ledger_body_bytes(&ledger, &flow), 400);
	push(30, (struct smtp_event){ .kind = SMTP_COMMAND, .command = &end });
	ck_assert_uint_eq(ledger_body_bytes(&ledger, &flow), 0);
}
END_TEST

/* A reply ends the server's turn, although its command still counts as open while it is reported. */
START_TEST(a_reply_makes_it_the_turn_of_the_client)
{
	const struct command asked = { .kind = COMMAND_LINE };
	struct reply reply = { .code = 250, .frame = { .number = 2, .time = at(100) } };
	struct exchange x = { .reply = &reply, .answers = ANSWERS_COMMAND, .command = &asked };

	start();
	push(0, (struct smtp_event){ .kind = SMTP_OPENED });
	closing(0, FLOW_EVENT_ESTABLISHED, DIR_CLIENT);
	command(10, PHASE_ENVELOPE);
	push(100, (struct smtp_event){
		      .kind = SMTP_REPLY, .exchange = &x, .phase = PHASE_ENVELOPE, .oldest_open = &asked });
	closing(3100, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_int_eq(ledger_spent(&ledger, LEDGER_ENVELOPE, LEDGER_SERVER), 90 * TSTAMP_MILLISECOND);
	ck_assert_int_eq(ledger_spent(&ledger, LEDGER_ENVELOPE, LEDGER_CLIENT), 3000 * TSTAMP_MILLISECOND);
	/* Another command is still waiting for its reply: the turn stays the server's. */
	x.open = 1;
	start();
	push(0, (struct smtp_event){ .kind = SMTP_OPENED });
	command(10, PHASE_ENVELOPE);
	push(100, (struct smtp_event){ .kind = SMTP_REPLY, .exchange = &x, .phase = PHASE_ENVELOPE });
	closing(3100, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_int_eq(ledger_spent(&ledger, LEDGER_ENVELOPE, LEDGER_CLIENT), 0);
}
END_TEST

SUITE("ledger", sums_equal_the_duration, a_clock_that_steps_back_leaves_the_sums_right, the_first_close_counts,
      bytes_of_an_unfinished_message, a_message_begins_and_ends, a_reply_makes_it_the_turn_of_the_client)
