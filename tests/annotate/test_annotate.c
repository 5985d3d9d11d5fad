/* SPDX-License-Identifier: BSD-2-Clause */
/* The stage as a whole: order of records, numbers, counters. */
#include "clinic.h"
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

SUITE("annotate/annotate", test_order)
