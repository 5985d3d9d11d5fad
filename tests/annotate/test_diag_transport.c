/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static void again(unsigned times, enum direction direction, uint64_t offset, uint32_t length)
{
	while (times--)
		exam_bytes(&e, FLOW_EVENT_RETRANSMIT, direction, offset, length);
}

static const char *ended(void)
{
	static char found[128];

	exam_end(&e);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

static const char *repeated(unsigned times, enum direction direction, uint32_t length, uint64_t acked)
{
	exam_init(&e, NULL);
	e.flow.side[direction].acked = acked;
	again(times, direction, 100, length);
	return ended();
}

START_TEST(test_three_times)
{
	ck_assert_str_eq(repeated(2, DIR_CLIENT, 100, 0), "");
	ck_assert_str_eq(repeated(3, DIR_CLIENT, 100, 0), "peer-vanished/server-silent:likely:error");
	ck_assert_str_eq(repeated(3, DIR_SERVER, 100, 0), "peer-vanished/client-silent:likely:error");
}
END_TEST

/* From 512 bytes on a segment is large enough for a path that carries only smaller ones. */
START_TEST(test_large)
{
	ck_assert_str_eq(repeated(3, DIR_CLIENT, 511, 50), "peer-vanished/server-silent:likely:error");
	ck_assert_str_eq(repeated(3, DIR_CLIENT, 512, 50), "stalled-data/path-mtu:likely:error");
	ck_assert_str_eq(repeated(3, DIR_CLIENT, 512, 0), "stalled-data/no-progress:likely:error");
}
END_TEST

/* Segments that got through prove that the path carries this size. */
START_TEST(test_carried)
{
	for (uint32_t passed = 511; passed <= 512; passed++) {
		exam_init(&e, NULL);
		e.flow.side[DIR_CLIENT].acked = 50;
		e.flow.side[DIR_CLIENT].largest_acked = passed;
		again(3, DIR_CLIENT, 100, 512);
		ck_assert_str_eq(ended(), passed == 512 ? "peer-vanished/server-silent:likely:error"
							: "stalled-data/path-mtu:likely:error");
	}
}
END_TEST

START_TEST(test_acknowledged)
{
	ck_assert_str_eq(repeated(3, DIR_CLIENT, 100, 100), "peer-vanished/server-silent:likely:error");
	ck_assert_str_eq(repeated(3, DIR_CLIENT, 100, 101), "");
	/* Whether it was acknowledged is known only if the other side was captured. */
	exam_init(&e, NULL);
	e.flow.side[DIR_SERVER].seen = false;
	again(5, DIR_CLIENT, 100, 100);
	ck_assert_str_eq(ended(), "");
}
END_TEST

/* Progress restarts the count; another segment of the same stall does not. */
START_TEST(test_progress)
{
	exam_init(&e, NULL);
	again(2, DIR_CLIENT, 100, 100);
	again(1, DIR_CLIENT, 200, 100);
	again(1, DIR_CLIENT, 100, 100);
	ck_assert_str_eq(ended(), "peer-vanished/server-silent:likely:error");
	exam_init(&e, NULL);
	again(2, DIR_CLIENT, 100, 100);
	e.flow.side[DIR_CLIENT].acked = 200;
	again(2, DIR_CLIENT, 200, 100);
	ck_assert_str_eq(ended(), "");
}
END_TEST

/* The window of the receiver was closed for |ns| and then opened, or never did. */
static const char *closed_for(tstamp ns, bool opens)
{
	exam_init(&e, NULL);
	exam_flow(&e, FLOW_EVENT_ZERO_WINDOW, DIR_SERVER);
	exam_wait(&e, ns - 5 * TSTAMP_MILLISECOND);
	if (opens)
		exam_flow(&e, FLOW_EVENT_WINDOW_OPEN, DIR_SERVER);
	else
		exam_flow(&e, FLOW_EVENT_RETRANSMIT, DIR_CLIENT);
	return ended();
}

START_TEST(test_zero_window)
{
	ck_assert_str_eq(closed_for(5 * TSTAMP_SECOND, true), "zero-window/server-not-reading");
	ck_assert_str_eq(closed_for(5 * TSTAMP_SECOND - 1, true), "");
	ck_assert_str_eq(closed_for(2 * TSTAMP_SECOND, false), "zero-window/server-not-reading");
	ck_assert_str_eq(closed_for(2 * TSTAMP_SECOND - 1, false), "");
}
END_TEST

START_TEST(test_zero_window_once)
{
	exam_init(&e, NULL);
	for (int i = 0; i < 2; i++) {
		exam_flow(&e, FLOW_EVENT_ZERO_WINDOW, DIR_CLIENT);
		exam_wait(&e, 5 * TSTAMP_SECOND);
		exam_flow(&e, FLOW_EVENT_WINDOW_OPEN, DIR_CLIENT);
		ck_found(&e, i ? "" : "zero-window/client-not-reading");
	}
	exam_finish(&e);
	/* It explains a stall by itself. */
	exam_init(&e, NULL);
	exam_flow(&e, FLOW_EVENT_ZERO_WINDOW, DIR_SERVER);
	again(3, DIR_CLIENT, 100, 100);
	ck_assert_str_eq(ended(), "");
}
END_TEST

/* One byte that comes again is a probe, whose content means nothing. */
START_TEST(test_conflict)
{
	exam_init(&e, NULL);
	exam_bytes(&e, FLOW_EVENT_CONFLICT, DIR_CLIENT, 10, 1);
	ck_found(&e, "");
	exam_bytes(&e, FLOW_EVENT_CONFLICT, DIR_CLIENT, 10, 2);
	ck_found(&e, "conflicting-retransmission/different-bytes");
	exam_bytes(&e, FLOW_EVENT_CONFLICT, DIR_SERVER, 10, 2);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_transport", test_three_times, test_large, test_carried, test_acknowledged, test_progress,
      test_zero_window, test_zero_window_once, test_conflict)
