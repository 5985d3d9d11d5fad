/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

/* The message ends in |sequence|; the client waits, and closes. */
static const char *closes(const char *sequence, tstamp waited, bool acked)
{
	static char found[64];

	exam_hello(&e, NULL, NULL);
	e.phase = PHASE_BODY;
	exam_note(&e, NOTE_LAX_END, DIR_CLIENT, NULL, sequence);
	e.flow.side[DIR_CLIENT].acked = e.flow.side[DIR_CLIENT].delivered - (acked ? 0 : 1);
	exam_wait(&e, waited - 5 * TSTAMP_MILLISECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_waited)
{
	ck_assert_str_eq(closes("\n.\n", 5 * TSTAMP_SECOND, true), "wrong-line-ends/bare-lf:likely:error");
	ck_assert_str_eq(closes("\r.\r", 5 * TSTAMP_SECOND, true), "wrong-line-ends/bare-cr:likely:error");
	ck_assert_str_eq(closes("\n.\n", 5 * TSTAMP_SECOND - 1, true), "lost-connection/client-closed:error");
	/* What never arrived cannot be read as an end. */
	ck_assert_str_eq(closes("\n.\n", 5 * TSTAMP_SECOND, false), "lost-connection/client-closed:error");
}
END_TEST

/* The server gives up on the rest of the message with |reply|. */
static const char *gives_up(const char *reply, bool in_message)
{
	static char found[64];

	exam_hello(&e, "wrong-line-ends", NULL);
	e.phase = PHASE_BODY;
	exam_note(&e, NOTE_LAX_END, DIR_CLIENT, NULL, "\n.\n");
	e.flow.side[DIR_CLIENT].acked = e.flow.side[DIR_CLIENT].delivered;
	exam_wait(&e, 60 * TSTAMP_SECOND);
	e.x.in_message = in_message;
	exam_reply(&e, reply, ANSWERS_NONE);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_server_gives_up)
{
	ck_assert_str_eq(gives_up("451 timeout", true), "bare-lf:likely:error");
	ck_assert_str_eq(gives_up("400 timeout", true), "bare-lf:likely:error");
	ck_assert_str_eq(gives_up("354 go", true), "");
	ck_assert_str_eq(gives_up("451 timeout", false), "");
}
END_TEST

/* What other diagnoses note about the session, lines that are not replies for example, is kept apart. */
START_TEST(test_own_state)
{
	exam_hello(&e, "wrong-line-ends", NULL);
	exam_not_reply(&e, "what");
	e.phase = PHASE_BODY;
	exam_note(&e, NOTE_LAX_END, DIR_CLIENT, NULL, "\n.\n");
	e.flow.side[DIR_CLIENT].acked = e.flow.side[DIR_CLIENT].delivered;
	exam_wait(&e, 60 * TSTAMP_SECOND);
	exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
	ck_found(&e, "bare-lf:likely:error");
	exam_finish(&e);
}
END_TEST

/* Each of these shows that the end was read, or was not meant as one. */
START_TEST(test_disproved)
{
	for (int i = 0; i < 3; i++) {
		exam_hello(&e, "wrong-line-ends", NULL);
		exam_note(&e, NOTE_LAX_END, DIR_CLIENT, NULL, "\n.\n");
		e.flow.side[DIR_CLIENT].acked = e.flow.side[DIR_CLIENT].delivered;
		if (i == 0)
			exam_note(&e, NOTE_LAX_END_READ, DIR_CLIENT, NULL, NULL);
		else if (i == 1)
			exam_note(&e, NOTE_ODD_END_OF_DATA, DIR_CLIENT, "more text", "\n.\n");
		else
			exam_ask(&e, ".", "250 Ok");
		exam_wait(&e, 60 * TSTAMP_SECOND);
		exam_close(&e, FLOW_EVENT_FIN, DIR_CLIENT);
		ck_found(&e, "");
		exam_finish(&e);
	}
}
END_TEST

SUITE("annotate/diag_line_ends", test_waited, test_server_gives_up, test_own_state, test_disproved)
