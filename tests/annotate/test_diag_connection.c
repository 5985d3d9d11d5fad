/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static const char *ended(void)
{
	static char found[256];

	exam_end(&e);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_refused)
{
	exam_init(&e, NULL);
	e.flow.opened = FLOW_REFUSED;
	ck_assert_str_eq(ended(), "connection-refused/reset:error");
}
END_TEST

static const char *unanswered(unsigned syns)
{
	exam_init(&e, NULL);
	e.flow.opened = FLOW_UNANSWERED;
	e.flow.syn_count = syns;
	return ended();
}

START_TEST(test_three_syns)
{
	ck_assert_str_eq(unanswered(2), "");
	ck_assert_str_eq(unanswered(3), "connection-timeout/no-answer:error");
}
END_TEST

static const char *unfinished(unsigned syn_acks, int64_t rtt, uint64_t delivered)
{
	exam_init(&e, NULL);
	e.flow.syn_ack_count = syn_acks;
	e.flow.rtt = rtt;
	e.flow.side[DIR_SERVER].delivered = delivered;
	return ended();
}

START_TEST(test_three_syn_acks)
{
	ck_assert_str_eq(unfinished(2, -1, 0), "");
	ck_assert_str_eq(unfinished(3, -1, 0), "connection-timeout/handshake-unfinished:likely:error");
	/* A round trip or a byte of the server proves that the handshake was completed. */
	ck_assert_str_eq(unfinished(3, 1, 0), "");
	ck_assert_str_eq(unfinished(3, -1, 1), "");
}
END_TEST

static const char *icmp(uint8_t version, uint8_t type, uint8_t code)
{
	static char found[64];

	exam_init(&e, "icmp-unreachable");
	exam_icmp(&e, version, type, code);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_icmp)
{
	static const struct {
		uint8_t version, type, code;
		const char *found;
	} cases[] = {
		{ 4, 3, 0, "network-unreachable:error" },
		{ 4, 3, 1, "host-unreachable:error" },
		{ 4, 3, 3, "port-unreachable:error" },
		{ 4, 3, 4, "" },
		{ 4, 3, 6, "network-unreachable:error" },
		{ 4, 3, 7, "host-unreachable:error" },
		{ 4, 3, 9, "prohibited:error" },
		{ 4, 3, 10, "prohibited:error" },
		{ 4, 3, 11, "network-unreachable:error" },
		{ 4, 3, 12, "host-unreachable:error" },
		{ 4, 3, 13, "prohibited:error" },
		{ 4, 3, 2, "unknown:error" },
		{ 4, 11, 0, "" },
		{ 6, 1, 0, "network-unreachable:error" },
		{ 6, 1, 1, "prohibited:error" },
		{ 6, 1, 3, "host-unreachable:error" },
		{ 6, 1, 4, "port-unreachable:error" },
		{ 6, 1, 6, "prohibited:error" },
		{ 6, 1, 7, "unknown:error" },
		{ 6, 2, 0, "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(strcmp(icmp(cases[i].version, cases[i].type, cases[i].code), cases[i].found) == 0,
			      "ICMPv%u type %u code %u", cases[i].version, cases[i].type, cases[i].code);
}
END_TEST

/* One report is enough, and it explains why the SYNs stay unanswered. */
START_TEST(test_icmp_once)
{
	exam_init(&e, NULL);
	e.flow.opened = FLOW_UNANSWERED;
	e.flow.syn_count = 5;
	exam_icmp(&e, 4, 3, 1);
	exam_icmp(&e, 4, 3, 3);
	ck_assert_str_eq(ended(), "icmp-unreachable/host-unreachable:error");
}
END_TEST

static const char *no_greeting(enum direction closer, tstamp waited)
{
	exam_init(&e, NULL);
	e.phase = PHASE_CONNECT;
	exam_wait(&e, waited - 5 * TSTAMP_MILLISECOND);
	exam_close(&e, FLOW_EVENT_FIN, closer);
	return ended();
}

START_TEST(test_server_closed)
{
	ck_assert_str_eq(no_greeting(DIR_SERVER, TSTAMP_SECOND),
			 "no-greeting/server-closed:error closed-without-reply/unknown:root=1");
}
END_TEST

START_TEST(test_no_greeting_view)
{
	exam_init(&e, NULL);
	e.flow.server.port = 465; /* silence has another meaning there */
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
	exam_init(&e, NULL);
	e.session.visibility = VISIBILITY_GAP;
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
	exam_init(&e, NULL);
	e.flow.side[DIR_SERVER].guessed = true; /* it may have greeted before the capture began */
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
	exam_init(&e, NULL);
	e.flow.side[DIR_SERVER].delivered = 1;
	exam_close(&e, FLOW_EVENT_FIN, DIR_SERVER);
	ck_assert_str_eq(ended(), "");
}
END_TEST

SUITE("annotate/diag_connection", test_refused, test_three_syns, test_three_syn_acks, test_icmp,
      test_icmp_once, test_server_closed, test_no_greeting_view)
