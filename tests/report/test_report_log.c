/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "made.h"
#include "story.h"

static struct made m;

static bool has(const char *text)
{
	return strstr(made_text(&m), text);
}

/* No line's time lies before that of the line above it. */
static bool in_order(void)
{
	const char *before = "";

	for (const char *line = made_text(&m); line[0] && line[0] != '='; line = strchr(line, '\n') + 1) {
		if (strncmp(before, line, 24) > 0)
			return false;
		before = line;
	}
	return true;
}

START_TEST(a_line_for_each_reply_and_end)
{
	made_init(&m, "log", NULL);
	made_open(&m);
	made_greeting(&m, "220 mx.example.com ESMTP");
	made_command(&m, "QUIT");
	made_reply(&m, "221 Bye", "Closing connection");
	made_end(&m, SESSION_NO_MAIL);
	ck_assert(has("Z #1 < 220 mx.example.com ESMTP  [connect: Service ready, "));
	ck_assert(has("Z #1 < 221 Bye  [QUIT: Closing connection, 20 ms]\n"));
	ck_assert(has("Z #1 = no-mail: 192.0.2.10:40000 > 192.0.2.25:25, smtp, "));
	ck_assert(!has("Z #1 > ") && !has(" until "));
	made_finish(&m);
}
END_TEST

START_TEST(commands_are_there_when_asked_for)
{
	made_init(&m, "log", &(struct report_config){ .verbose = true });
	made_open(&m);
	made_command(&m, "QUIT");
	made_end(&m, SESSION_NO_MAIL);
	ck_assert(has("Z #1 > QUIT\n"));
	ck_assert(has("Z #1 * connection 192.0.2.10:40000 > 192.0.2.25:25\n"));
	made_finish(&m);
}
END_TEST

/* The end of a session and some findings are certain only when others have gone on. */
START_TEST(times_do_not_go_back)
{
	struct frame_ref last;
	struct flow_event rst = { .kind = FLOW_EVENT_RST, .direction = DIR_SERVER };

	made_init(&m, "log", &(struct report_config){ .verbose = true });
	made_open(&m);
	made_unasked(&m, "421 bye", "Closing connection");
	last = m.reply.frame;
	made_event(&m, (struct smtp_event){ .kind = SMTP_FLOW, .flow_event = &rst });
	m.flow.last = last;
	made_finding(&m, "unexpected-221", "idle-timeout", SEVERITY_WARNING, 0);
	made_end(&m, SESSION_ABORTED);
	ck_assert(in_order());
	ck_assert(has(", of 2020-09-13T12:26:40."));
	ck_assert(has(" until 2020-09-13T12:26:40."));
	made_finish(&m);
}
END_TEST

static void failed_session(void)
{
	made_open(&m);
	made_command(&m, "RCPT TO:<x>");
	made_reply(&m, "550 no", "x");
	made_finding(&m, "delivery-failed", "user-unknown", SEVERITY_ERROR, 0);
	made_message(&m, 3, 3);
	m.session.messages[0].outcome = OUTCOME_REJECTED;
	m.verdict = (struct verdict){ .failed = true,
				      .id = "delivery-failed",
				      .cause = "user-unknown",
				      .responsible = RESPONSIBLE_SENDER,
				      .headline = "Rejected\nfor x" };
	made_end(&m, SESSION_REJECTED);
}

START_TEST(the_end_of_a_failed_session_says_why)
{
	made_init(&m, "log", NULL);
	failed_session();
	ck_assert(has(" #1 ! error delivery-failed/user-unknown"));
	/* Sender, recipient and reason. */
	ck_assert(has(
	    "Z #1 = rejected: sender@example.org to user1@example.com +2, 192.0.2.10:40000 > 192.0.2.25:25. "));
	ck_assert(has(". Rejected\\nfor x  [delivery-failed/user-unknown, the sender]\n") ||
		  has(". Rejected for x  [delivery-failed/user-unknown, the sender]\n"));
	made_finish(&m);
}
END_TEST

START_TEST(quiet_leaves_verdicts_and_stories)
{
	static const struct story_attempt attempts[] = { { .session = 1 }, { .session = 2 } };
	const struct story story = { .name = "retried-same-failure",
				     .attempts = attempts,
				     .attempt_count = 2,
				     .headline = "Failed twice.",
				     .advice = "Repair it." };

	made_init(&m, "log", &(struct report_config){ .quiet = true });
	made_open(&m);
	made_command(&m, "NOOP");
	made_reply(&m, "250 ok", "x");
	made_end(&m, SESSION_NO_MAIL);
	failed_session();
	selection_story(m.selection, &story);
	ck_assert(!has("#1 = ") && !has(" ! ") && !has(" < "));
	ck_assert(has(" #2 = rejected: "));
	ck_assert(has("Z & retried-same-failure: Failed twice. Repair it.  [#1 #2]\n"));
	made_finish(&m);
}
END_TEST

SUITE("report_log", the_end_of_a_failed_session_says_why, quiet_leaves_verdicts_and_stories,
      a_line_for_each_reply_and_end, commands_are_there_when_asked_for, times_do_not_go_back)
