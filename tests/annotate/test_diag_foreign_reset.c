/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

/* A reset of the server with |ttl|, whose other |packets| had a TTL between |low| and |high|. */
static const char *resets(uint8_t low, uint8_t high, uint64_t packets, uint8_t ttl)
{
	static char found[256];
	struct flow_side *side = &e.flow.side[DIR_SERVER];

	exam_hello(&e, NULL, NULL);
	exam_command(&e, "NOOP");
	side->packets = packets;
	side->ttl_low = low;
	side->ttl_high = high;
	side->reset_ttl = ttl;
	exam_close(&e, FLOW_EVENT_RST, DIR_SERVER);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

static const char FOREIGN[] = "foreign-reset/ttl:likely:error", OWN[] = "lost-connection/server-reset:error";

START_TEST(test_ttl)
{
	ck_assert_str_eq(resets(57, 57, 5, 60), FOREIGN);
	ck_assert_str_eq(resets(63, 63, 5, 64), FOREIGN);
	ck_assert_str_eq(resets(57, 57, 5, 57), OWN);
	/* The other packets vary. */
	ck_assert_str_eq(resets(57, 58, 5, 60), OWN);
	/* Too few of them. */
	ck_assert_str_eq(resets(57, 57, 3, 60), FOREIGN);
	ck_assert_str_eq(resets(57, 57, 2, 60), OWN);
	/* The same number of links from another usual start. */
	ck_assert_str_eq(resets(57, 57, 5, 121), OWN);
	ck_assert_str_eq(resets(57, 57, 5, 248), OWN);
	ck_assert_str_eq(resets(57, 57, 5, 120), FOREIGN);
}
END_TEST

/* A reset behind a farewell changes nothing. */
START_TEST(test_farewell)
{
	struct flow_side *side = &e.flow.side[DIR_SERVER];

	exam_hello(&e, NULL, NULL);
	exam_ask(&e, "NOOP", "421 closing");
	exam_found(&e);
	side->ttl_low = side->ttl_high = 57;
	side->reset_ttl = 60;
	exam_close(&e, FLOW_EVENT_RST, DIR_SERVER);
	ck_found(&e, "");
	exam_finish(&e);
}
END_TEST

SUITE("annotate/diag_foreign_reset", test_ttl, test_farewell)
