/* SPDX-License-Identifier: BSD-2-Clause */
/* client-gave-up: the thresholds of how long a client waited, and which side they make responsible. */
#include "clinic.h"
#include "harness.h"

#include <stdio.h>

static const char HELLO[] = "S: 220 mx\nC: EHLO a\nS: 250 mx\nC: MAIL FROM:<a@b>\nS: 250 ok\n";
static struct clinic clinic;

/* After |lines| the client waits |wait| ns, and then sends |leave|. */
static const char *leave_after(const char *lines, tstamp wait, const char *leave)
{
	static char found[4096];

	clinic_init(&clinic, FLOW_HANDSHAKE, "client-gave-up");
	clinic_say(&clinic, HELLO);
	clinic_say(&clinic, lines);
	/* Each step of the dialog takes its own time. */
	dialog_wait(&clinic.dialog, wait - TSTAMP_MILLISECOND);
	/* What was sent has arrived, and what came was heard. */
	clinic.dialog.flow.side[DIR_CLIENT].acked = clinic.dialog.said[DIR_CLIENT];
	clinic_say(&clinic, leave);
	/* What the client sends after DATA is read once it is known that no reply comes. */
	dialog_end(&clinic.dialog);
	snprintf(found, sizeof found, "%s", clinic_findings(&clinic));
	clinic_finish(&clinic);
	return found;
}

START_TEST(test_waited)
{
	static const char RCPT[] = "C: RCPT TO:<c@d>\n";

	ck_assert_str_eq(leave_after(RCPT, 5 * TSTAMP_SECOND, "C: QUIT"), "client-gave-up/waiting-for-reply\n");
	ck_assert_str_eq(leave_after(RCPT, 5 * TSTAMP_SECOND - 1, "C: QUIT"), "");
	ck_assert_str_eq(leave_after(RCPT, 5 * TSTAMP_SECOND, "C: RSET"), "client-gave-up/waiting-for-reply\n");
	/* Only a leave is giving up. */
	ck_assert_str_eq(leave_after(RCPT, 60 * TSTAMP_SECOND, "C: NOOP"), "");
	/* Nothing was owed. */
	ck_assert_str_eq(leave_after("C: RCPT TO:<c@d>\nS: 250 ok\n", 60 * TSTAMP_SECOND, "C: QUIT"), "");
	ck_assert_str_eq(leave_after("C: RCPT TO:<c@d>\nS: 421 bye\nC: NOOP\n", 60 * TSTAMP_SECOND, "C: QUIT"),
			 "");
}
END_TEST

static enum responsible responsible_after(const char *lines, tstamp wait)
{
	ck_assert_str_ne(leave_after(lines, wait, "C: QUIT"), "");
	return clinic.last.responsible;
}

static const tstamp MINUTE = 60 * TSTAMP_SECOND;

START_TEST(test_responsible)
{
	static const char RCPT[] = "C: RCPT TO:<c@d>\n", DATA[] = "C: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\n";
	static const char DOT[] = "C: RCPT TO:<c@d>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\n";

	ck_assert_int_eq(responsible_after(RCPT, 5 * MINUTE), RESPONSIBLE_SERVER);
	ck_assert_int_eq(responsible_after(RCPT, 5 * MINUTE - TSTAMP_SECOND), RESPONSIBLE_SERVER);
	ck_assert_int_eq(responsible_after(RCPT, 5 * MINUTE - TSTAMP_SECOND - 1), RESPONSIBLE_CLIENT);
	ck_assert_int_eq(responsible_after(DATA, 2 * MINUTE), RESPONSIBLE_SERVER);
	ck_assert_int_eq(responsible_after(DATA, 2 * MINUTE - TSTAMP_SECOND - 1), RESPONSIBLE_CLIENT);
	ck_assert_int_eq(responsible_after(DOT, 10 * MINUTE), RESPONSIBLE_SERVER);
	ck_assert_int_eq(responsible_after(DOT, 10 * MINUTE - TSTAMP_SECOND - 1), RESPONSIBLE_CLIENT);
}
END_TEST

SUITE("annotate/diag_gave_up", test_waited, test_responsible)
