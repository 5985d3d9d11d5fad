/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

/* A chunk of 10 bytes is announced, of which |sent| come; the client waits, and closes. */
static const char *short_chunk(uint64_t sent, tstamp waited, bool acked)
{
	static char found[64];
	struct flow_side *client = &e.flow.side[DIR_CLIENT];
	struct command *bdat;

	exam_hello(&e, "chunk-mismatch", NULL);
	e.kind = COMMAND_BDAT;
	e.body_bytes = 10;
	bdat = exam_command(&e, "BDAT 10 LAST");
	bdat->asked = sent < 10 ? TSTAMP_NONE : bdat->frame.time;
	client->delivered = bdat->end + sent;
	client->acked = acked ? client->delivered : bdat->end;
	e.session.client_spoke = e.now;
	exam_wait(&e, waited - 5 * TSTAMP_MILLISECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_unfinished)
{
	ck_assert_str_eq(short_chunk(9, 5 * TSTAMP_SECOND, true), "unfinished:likely:error");
	ck_assert_ptr_nonnull(strstr(e.why, "announced 10 bytes; 9 were sent"));
	ck_assert_str_eq(short_chunk(9, 5 * TSTAMP_SECOND - 1, true), "");
	ck_assert_str_eq(short_chunk(9, 5 * TSTAMP_SECOND, false), "");
	ck_assert_str_eq(short_chunk(10, 5 * TSTAMP_SECOND, true), "");
}
END_TEST

/* |line| comes right behind the chunk, |later| than BDAT, and gets |reply|. */
static const char *behind(const char *bdat_reply, const char *line, tstamp later, const char *reply)
{
	static char found[64];

	exam_hello(&e, "chunk-mismatch", NULL);
	e.kind = COMMAND_BDAT;
	e.body_bytes = 10;
	exam_command(&e, "BDAT 10 LAST");
	e.flow.side[DIR_CLIENT].delivered += 10;
	exam_reply(&e, bdat_reply, ANSWERS_BDAT);
	exam_wait(&e, later - 10 * TSTAMP_MILLISECOND);
	exam_command(&e, line);
	exam_reply(&e, reply, ANSWERS_COMMAND);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_behind)
{
	ck_assert_str_eq(behind("250 Ok", "IT", 5 * TSTAMP_SECOND, "500 what"), "too-large:likely:error");
	ck_assert_str_eq(behind("250 Ok", "XY", 5 * TSTAMP_SECOND, "500 what"), "");
	ck_assert_str_eq(behind("250 Ok", "text", 5 * TSTAMP_SECOND - 1, "500 what"), "too-small:likely:error");
	ck_assert_str_eq(behind("250 Ok", "QUIT", TSTAMP_SECOND, "500 what"), "");
	ck_assert_str_eq(behind("250 Ok", "text", TSTAMP_SECOND, "250 Ok"), "");
	/* The bytes of a rejected chunk may be read as commands. */
	ck_assert_str_eq(behind("503 no", "text", TSTAMP_SECOND, "500 what"), "");
}
END_TEST

SUITE("annotate/diag_chunk", test_unfinished, test_behind)
