/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static const tstamp LEAST = 30 * TSTAMP_SECOND;

/* What is said |ns| after the last packet. */
static const char *after(tstamp ns)
{
	annotate_flush(e.annotate, e.flow.last.time + ns);
	return exam_found(&e);
}

static void begin(void)
{
	exam_hello(&e, "still-waiting", NULL);
	annotate_waiting(e.annotate, LEAST);
}

START_TEST(test_threshold)
{
	begin();
	exam_command(&e, "NOOP");
	ck_assert_str_eq(after(LEAST - 1), "");
	ck_assert_str_eq(after(LEAST + TSTAMP_SECOND), "command:info");
	/* Once a turn. */
	ck_assert_str_eq(after(2 * LEAST), "");
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	ck_assert_str_eq(after(3 * LEAST), "client:info");
	exam_finish(&e);
}
END_TEST

START_TEST(test_exactly)
{
	begin();
	exam_command(&e, "NOOP");
	ck_assert_str_eq(after(LEAST), "command:info");
	exam_finish(&e);
}
END_TEST

START_TEST(test_limits)
{
	begin();
	exam_command(&e, "DATA");
	ck_assert_str_eq(after(LEAST), "command:info");
	ck_assert_ptr_nonnull(strstr(e.why, "allow 2 min"));
	exam_finish(&e);
	begin();
	exam_command(&e, ".");
	ck_assert_str_eq(after(LEAST), "end-of-data:info");
	ck_assert_ptr_nonnull(strstr(e.why, "allow 10 min"));
	exam_finish(&e);
	begin();
	exam_command(&e, "NOOP");
	ck_assert_str_eq(after(LEAST), "command:info");
	ck_assert_ptr_nonnull(strstr(e.why, "allow 5 min"));
	exam_finish(&e);
}
END_TEST

START_TEST(test_greeting)
{
	exam_init(&e, "still-waiting");
	annotate_waiting(e.annotate, LEAST);
	ck_assert_str_eq(after(LEAST), "");
	exam_flow(&e, FLOW_EVENT_ESTABLISHED, DIR_CLIENT);
	ck_assert_str_eq(after(LEAST + TSTAMP_SECOND), "greeting:info");
	exam_finish(&e);
}
END_TEST

/* Of commands sent at once the next is due from the reply to the one before. */
START_TEST(test_group)
{
	begin();
	exam_command(&e, "MAIL FROM:<a@b>");
	exam_command(&e, "RCPT TO:<c@d>");
	exam_wait(&e, LEAST - TSTAMP_SECOND);
	exam_reply(&e, "250 Ok", ANSWERS_COMMAND);
	ck_assert_str_eq(after(LEAST - 1), "");
	ck_assert_str_eq(after(LEAST + TSTAMP_SECOND), "command:info");
	ck_assert_ptr_nonnull(strstr(e.why, "RCPT has"));
	exam_finish(&e);
}
END_TEST

/* A message on its way moves on with each packet. */
START_TEST(test_body)
{
	begin();
	exam_ask(&e, "DATA", "354 Go ahead");
	e.phase = PHASE_BODY;
	exam_wait(&e, LEAST);
	exam_flow(&e, FLOW_EVENT_WINDOW_OPEN, DIR_CLIENT);
	ck_assert_str_eq(after(LEAST - 1), "");
	ck_assert_str_eq(after(LEAST + TSTAMP_SECOND), "client:info");
	ck_assert_ptr_nonnull(strstr(e.why, "allow 3 min"));
	exam_finish(&e);
}
END_TEST

static const char *in_phase(enum phase phase, unsigned visibility, bool unsure, bool closed)
{
	static char found[64];

	begin();
	exam_command(&e, "NOOP");
	e.phase = phase;
	exam_flow(&e, FLOW_EVENT_WINDOW_OPEN, DIR_SERVER);
	e.session.visibility = visibility;
	e.session.unsure = unsure;
	e.flow.closed = closed ? FLOW_SERVER_FIN : FLOW_OPEN;
	strcpy(found, after(LEAST));
	exam_finish(&e);
	return found;
}

START_TEST(test_not_known)
{
	ck_assert_str_eq(in_phase(PHASE_ENVELOPE, 0, false, false), "command:info");
	ck_assert_str_eq(in_phase(PHASE_TLS, 0, false, false), "");
	ck_assert_str_eq(in_phase(PHASE_UNKNOWN, 0, false, false), "");
	ck_assert_str_eq(in_phase(PHASE_QUIT, 0, false, false), "");
	ck_assert_str_eq(in_phase(PHASE_ENVELOPE, VISIBILITY_GAP, false, false), "");
	ck_assert_str_eq(in_phase(PHASE_ENVELOPE, 0, true, false), "");
	ck_assert_str_eq(in_phase(PHASE_ENVELOPE, 0, false, true), "");
}
END_TEST

SUITE("annotate/diag_still_waiting", test_threshold, test_exactly, test_limits, test_greeting, test_group,
      test_body, test_not_known)
