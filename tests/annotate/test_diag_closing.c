/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

/* The server closes with |kind| while |open| (NULL: nothing) waits for its reply. */
static const char *server_closes(const char *watched, const char *open, enum flow_event_kind kind)
{
	static char found[256];

	exam_hello(&e, watched, NULL);
	if (open)
		exam_command(&e, open);
	exam_close(&e, kind, DIR_SERVER);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_server_closes)
{
	ck_assert_str_eq(server_closes("closed-without-reply", "NOOP", FLOW_EVENT_FIN), "command-unanswered");
	ck_assert_str_eq(server_closes("closed-without-reply", NULL, FLOW_EVENT_FIN), "idle:info");
	ck_assert_str_eq(server_closes("quit-without-221", "QUIT", FLOW_EVENT_FIN), "server-closed:info");
	ck_assert_str_eq(server_closes("lost-connection", "NOOP", FLOW_EVENT_RST), "server-reset:error");
	ck_assert_str_eq(server_closes("lost-connection", ".", FLOW_EVENT_FIN), "message-unanswered:error");
}
END_TEST

START_TEST(test_said_once)
{
	exam_hello(&e, NULL, NULL);
	exam_command(&e, "NOOP");
	exam_close(&e, FLOW_EVENT_RST, DIR_SERVER);
	ck_found(&e, "lost-connection/server-reset:error");
	e.flow.side[DIR_SERVER].rst = false;
	exam_close(&e, FLOW_EVENT_RST, DIR_SERVER);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

/* Only the first side to close is looked at. */
START_TEST(test_second_to_close)
{
	exam_hello(&e, NULL, NULL);
	exam_command(&e, "NOOP");
	e.flow.side[DIR_CLIENT].fin = true;
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_found(&e, "");
	exam_finish(&e);
	exam_hello(&e, NULL, NULL);
	exam_command(&e, "NOOP");
	e.flow.side[DIR_SERVER].fin = true; /* a reset behind its own FIN refuses what still came */
	exam_close(&e, FLOW_EVENT_RST, DIR_SERVER);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

START_TEST(test_farewell)
{
	static const struct {
		const char *reply;
		const char *found;
	} cases[] = {
		{ "421 closing", "" },
		{ "221 closing", "" },
		{ "554 too many errors", "" },
		{ "554 Bye", "" },
		{ "554 no", "lost-connection/server-reset:info" },
		{ "250 Ok", "lost-connection/server-reset:error" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		exam_hello(&e, NULL, NULL);
		exam_ask(&e, "NOOP", cases[i].reply);
		exam_found(&e);
		exam_close(&e, FLOW_EVENT_RST, DIR_SERVER);
		ck_found(&e, cases[i].found);
		exam_finish(&e);
	}
}
END_TEST

/* After a rejection a reset is worth a warning while something is open, and is an error in the middle of a message. */
START_TEST(test_reset_after_rejection)
{
	exam_hello(&e, "lost-connection", NULL);
	exam_ask(&e, "NOOP", "554 no");
	exam_command(&e, "RSET");
	exam_close(&e, FLOW_EVENT_RST, DIR_SERVER);
	ck_found(&e, "server-reset");
	ck_assert_ptr_nonnull(strstr(e.why, "rejection"));
	exam_finish(&e);
	exam_hello(&e, "lost-connection", NULL);
	exam_ask(&e, "NOOP", "554 no");
	e.phase = PHASE_BODY;
	exam_close(&e, FLOW_EVENT_RST, DIR_CLIENT);
	ck_found(&e, "client-reset:error");
	exam_finish(&e);
}
END_TEST

static const char *client_leaves(const char *open, tstamp waited, enum flow_event_kind kind)
{
	static char found[256];

	exam_hello(&e, NULL, NULL);
	exam_command(&e, open);
	e.flow.side[DIR_CLIENT].acked = e.flow.side[DIR_CLIENT].delivered;
	exam_wait(&e, waited - 5 * TSTAMP_MILLISECOND);
	exam_close(&e, kind, DIR_CLIENT);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_five_seconds)
{
	/* One event, one finding: a client that had waited gave up. */
	ck_assert_str_eq(client_leaves("NOOP", 5 * TSTAMP_SECOND, FLOW_EVENT_RST),
			 "client-gave-up/waiting-for-reply");
	ck_assert_str_eq(client_leaves("NOOP", 5 * TSTAMP_SECOND - 1, FLOW_EVENT_RST),
			 "lost-connection/client-reset:error");
	ck_assert_str_eq(client_leaves("QUIT", 60 * TSTAMP_SECOND, FLOW_EVENT_RST),
			 "client-gave-up/after-offer:possible:info");
}
END_TEST

START_TEST(test_view)
{
	static const unsigned gaps[] = { VISIBILITY_GAP, VISIBILITY_TRUNCATED_PACKETS, VISIBILITY_ENCRYPTED };

	for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
		exam_hello(&e, NULL, NULL);
		exam_command(&e, "NOOP");
		e.session.visibility = gaps[i];
		exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
		ck_found(&e, "");
		exam_finish(&e);
	}
	/* The reply that seems to be missing may be one whose question was not seen. */
	exam_hello(&e, NULL, NULL);
	exam_command(&e, "NOOP");
	e.session.unsure = true;
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_found(&e, "closed-without-reply/command-unanswered:likely");
	exam_finish(&e);
}
END_TEST

/* A reply whose question was not seen may be the one that seems to be missing. */
START_TEST(test_unseen_reply)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		exam_hello(&e, NULL, NULL);
		exam_command(&e, ".");
		exam_reply(&e, "550 no", ANSWERS_UNSEEN);
		e.flow.side[DIR_CLIENT].acked = e.flow.side[DIR_CLIENT].delivered;
		exam_wait(&e, 60 * TSTAMP_SECOND);
		exam_close(&e, FLOW_EVENT_FIN, (enum direction)d);
		ck_found(&e, "");
		exam_finish(&e);
	}
	/* It came before the command, so it is none of its replies. */
	exam_hello(&e, NULL, NULL);
	exam_reply(&e, "550 no", ANSWERS_UNSEEN);
	exam_command(&e, ".");
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_found(&e, "lost-connection/message-unanswered:error");
	exam_finish(&e);
}
END_TEST

/* After losses nothing may be open because lines of the client were left unread: the server need not have been idle. */
START_TEST(test_unread_lines)
{
	static const struct {
		bool unsure;
		tstamp spoke; /* after the last reply */
		const char *found;
	} cases[] = {
		{ false, 1, "idle:info" },
		{ true, 1, "" },
		{ true, 0, "idle:likely:info" },
		{ true, -1, "idle:likely:info" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		exam_hello(&e, "closed-without-reply", NULL);
		exam_ask(&e, "NOOP", "250 Ok");
		e.session.unsure = cases[i].unsure;
		e.session.client_spoke = e.now + cases[i].spoke;
		exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
		ck_found(&e, cases[i].found);
		exam_finish(&e);
	}
}
END_TEST

START_TEST(test_skipped)
{
	exam_hello(&e, "missing-reply", NULL);
	exam_command(&e, "NOOP");
	exam_unanswered(&e);
	ck_found(&e, "skipped:likely");
	ck_assert(exam_cites(&e, e.commands[1].frame.number));
	e.session.unsure = true;
	exam_command(&e, "NOOP");
	exam_unanswered(&e);
	ck_found(&e, "");
	e.session.unsure = false;
	e.session.over = true; /* what the end leaves open is not skipped */
	exam_command(&e, "NOOP");
	exam_unanswered(&e);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

/* A client that waited for the reply and then took its leave gave up; the server may not have skipped anything. */
START_TEST(test_not_skipped)
{
	exam_hello(&e, "missing-reply", NULL);
	exam_command(&e, "MAIL FROM:<a@b>");
	exam_wait(&e, 60 * TSTAMP_SECOND);
	exam_command(&e, "RSET");
	exam_unanswered(&e);
	ck_found(&e, "");
	exam_reply(&e, "250 ok", ANSWERS_COMMAND);
	/* One that it sent later was skipped. */
	exam_command(&e, "NOOP");
	exam_unanswered(&e);
	ck_found(&e, "skipped:likely");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_closing", test_server_closes, test_said_once, test_second_to_close, test_farewell,
      test_reset_after_rejection, test_five_seconds, test_view, test_unseen_reply, test_unread_lines,
      test_skipped, test_not_skipped)
