/* SPDX-License-Identifier: BSD-2-Clause */
/* The stage as a whole: order of records, numbers, counters. */
#include "clinic.h"
#include "diagnosis.h"
#include "exam.h"
#include "harness.h"

struct log {
	struct buf text;
	uint64_t last_number;
	uint64_t findings[3];
};

static void on_record(void *context, const struct record *record)
{
	struct log *log = context;

	if (record->kind == RECORD_FINDING) {
		ck_assert_uint_eq(record->finding->number, log->last_number + 1);
		log->last_number++;
		log->findings[record->finding->severity]++;
		buf_format(&log->text, "finding %s\n", record->finding->id);
	} else if (record->event->kind == SMTP_REPLY) {
		buf_format(&log->text, "reply %u\n", record->event->exchange->reply->code);
	} else if (record->event->kind == SMTP_ENDED) {
		ck_assert(memcmp(record->findings, log->findings, sizeof log->findings) == 0);
		buf_text(&log->text, "ended\n");
	}
}

START_TEST(test_order)
{
	struct log log = { .last_number = 0 };
	struct annotate *annotate = annotate_create(rules_builtin(), on_record, &log);
	struct dialog dialog;
	struct annotate_counters counters;

	buf_init(&log.text, 1 << 16);
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, annotate_push, annotate);
	dialog_say(&dialog, "S: 220 mx\nC: FOO\nS: 500 what\nC: MAIL FROM:<a@b>\nS: 221 bye");
	dialog_fin(&dialog, DIR_SERVER);
	dialog_fin(&dialog, DIR_CLIENT);
	dialog_end(&dialog);
	/* A finding stands right behind what it is about; those of the end before it. */
	ck_assert_ptr_nonnull(strstr(buf_string(&log.text), "reply 500\nfinding unexpected-500\n"));
	ck_assert_ptr_nonnull(strstr(buf_string(&log.text), "reply 221\nfinding unexpected-221\n"));
	ck_assert_str_eq(buf_string(&log.text) + log.text.length - 6, "ended\n");
	counters = annotate_counters(annotate);
	ck_assert_uint_eq(counters.sessions, 1);
	ck_assert_uint_eq(counters.replies, 3);
	ck_assert_uint_eq(counters.findings[0] + counters.findings[1] + counters.findings[2], log.last_number);
	dialog_finish(&dialog);
	annotate_destroy(annotate);
	annotate_destroy(NULL);
	buf_finish(&log.text);
}
END_TEST

static void count(void *context, const struct record *record)
{
	unsigned *events = context;

	if (record->kind == RECORD_EVENT)
		events[record->event->kind]++;
}

START_TEST(test_only_replies)
{
	unsigned events[SMTP_ENDED + 1];

	for (int only = 0; only <= 1; only++) {
		struct annotate *annotate = annotate_create(rules_builtin(), count, events);
		struct dialog dialog;

		memset(events, 0, sizeof events);
		if (only)
			annotate_only_replies(annotate);
		dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, annotate_push, annotate);
		dialog_say(&dialog, "S: 220 mx\nC: QUIT\nS: 221 bye");
		dialog_end(&dialog);
		ck_assert_uint_eq(events[SMTP_OPENED], !only);
		ck_assert_uint_eq(events[SMTP_COMMAND], !only);
		ck_assert_uint_eq(events[SMTP_REPLY], 2);
		ck_assert_uint_eq(events[SMTP_ENDED], 1);
		dialog_finish(&dialog);
		annotate_destroy(annotate);
	}
}
END_TEST

static struct exam e;

/* Frames of the evidence: in order, each once, and the finding's own among them. */
START_TEST(test_evidence)
{
	const struct command *c;

	exam_hello(&e, "unexpected-500", NULL);
	c = exam_command(&e, "FOO");
	exam_reply(&e, "500 what", ANSWERS_COMMAND);
	ck_found(&e, "unknown-command");
	ck_assert_uint_eq(e.last.frame_count, 2);
	ck_assert_uint_eq(e.frames[0].number, c->frame.number);
	ck_assert_uint_eq(e.frames[1].number, e.frame);
	/* Command and reply of one packet (an unordered capture) are one piece of evidence; of two files they are two. */
	exam_command(&e, "FOO");
	e.frame--;
	exam_reply(&e, "500 what", ANSWERS_COMMAND);
	ck_assert_uint_eq(e.last.frame_count, 1);
	exam_command(&e, "FOO");
	e.frame--;
	e.file = 1;
	exam_reply(&e, "500 what", ANSWERS_COMMAND);
	ck_assert_uint_eq(e.last.frame_count, 2);
	ck_assert_uint_eq(e.frames[0].file, 0);
	exam_finish(&e);
}
END_TEST

/* Whether a finding during the life of a flow whose packets the capture may have lost is certain. */
static enum certainty lossy(tstamp from, tstamp to, bool closed)
{
	exam_hello(&e, "unexpected-500", NULL);
	annotate_lost(e.annotate, e.flow.first.time + from, e.flow.first.time + to);
	e.flow.closed = closed ? FLOW_SERVER_FIN : FLOW_OPEN;
	exam_ask(&e, "FOO", "500 what");
	exam_finish(&e);
	return e.last.certainty;
}

START_TEST(test_capture_losses)
{
	const tstamp life = 25 * TSTAMP_MILLISECOND; /* from the SYN to the 500 */

	ck_assert_int_eq((int)lossy(0, 0, false), CERTAINTY_LIKELY);
	ck_assert_int_eq((int)lossy(-10, -1, false), CERTAINTY_CERTAIN);
	ck_assert_int_eq((int)lossy(-10, 0, false), CERTAINTY_LIKELY);
	/* An open flow may still be the one that lost something; a closed one ends with its last packet. */
	ck_assert_int_eq((int)lossy(life + 1, life + 2, false), CERTAINTY_LIKELY);
	ck_assert_int_eq((int)lossy(life + 1, life + 2, true), CERTAINTY_CERTAIN);
	ck_assert_int_eq((int)lossy(life, life + 2, true), CERTAINTY_LIKELY);
}
END_TEST

/* Losses less than ten minutes apart are one window. */
static enum certainty twice(tstamp apart)
{
	exam_hello(&e, "unexpected-500", NULL);
	annotate_lost(e.annotate, e.flow.first.time - TSTAMP_SECOND, e.flow.first.time);
	annotate_lost(e.annotate, e.flow.first.time + apart, e.flow.first.time + apart);
	e.flow.closed = FLOW_SERVER_FIN;
	exam_ask(&e, "FOO", "500 what");
	exam_finish(&e);
	return e.last.certainty;
}

START_TEST(test_losses_apart)
{
	ck_assert_int_eq((int)twice(600 * TSTAMP_SECOND), CERTAINTY_LIKELY);
	ck_assert_int_eq((int)twice(600 * TSTAMP_SECOND + 1), CERTAINTY_CERTAIN);
}
END_TEST

/* Only a reply that is expected, accepts and has no fault is usual. */
START_TEST(test_usual_replies)
{
	static const struct {
		enum expected expected;
		unsigned code, flags;
		bool usual;
	} cases[] = {
		{ EXPECTED_YES, 250, 0, true },	 { EXPECTED_YES, 354, 0, true },
		{ EXPECTED_YES, 399, 0, true },	 { EXPECTED_YES, 400, 0, false },
		{ EXPECTED_YES, 221, 0, false }, { EXPECTED_YES, 250, REPLY_NO_END, false },
		{ EXPECTED_NO, 250, 0, false },	 { EXPECTED_UNKNOWN, 250, 0, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct annotation annotation = { .expected = cases[i].expected };
		const struct reply reply = { .code = cases[i].code, .flags = cases[i].flags };

		ck_assert_msg(reply_is_usual(&annotation, &reply) == cases[i].usual, "%zu", i);
	}
}
END_TEST

SUITE("annotate/annotate", test_usual_replies, test_order, test_only_replies, test_evidence,
      test_capture_losses, test_losses_apart)
