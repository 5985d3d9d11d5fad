/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict_stage.h"

#include "harness.h"
#include "ledger.h"

/* Records of each kind of event that the stage passed on. */
struct seen {
	unsigned events[SMTP_ENDED + 1];
};

static void count(void *context, const struct record *record)
{
	struct seen *seen = context;

	ck_assert_int_eq(record->kind, RECORD_EVENT);
	seen->events[record->event->kind]++;
	ck_assert((record->verdict != NULL) == (record->event->kind == SMTP_ENDED));
}

/* Passes one event of each kind through a stage. */
static struct seen pass_all(void)
{
	struct verdict_config config = { .rules = rules_builtin(), .hold = true };
	struct seen seen = { { 0 } };
	struct verdict_stage *v = verdict_stage_create(&config, count, &seen);
	struct flow flow = { .number = 1 };
	struct secret_set secrets = { 0 };
	struct session_facts facts = {
		.flow = &flow, .secrets = &secrets, .number = 1, .outcome = SESSION_NO_MAIL
	};
	struct ledger ledger;
	void *attachment = NULL, *trial = NULL;

	ck_assert_ptr_nonnull(v);
	ledger_init(&ledger);
	for (int kind = SMTP_OPENED; kind <= SMTP_ENDED; kind++) {
		struct smtp_event event = { .kind = (enum smtp_event_kind)kind,
					    .session = &facts,
					    .frame = { .number = 1, .time = 1000 + kind } };
		struct record record = { .kind = RECORD_EVENT,
					 .event = &event,
					 .ledger = &ledger,
					 .attachment = &attachment,
					 .trial = &trial };

		verdict_stage_push(v, &record);
	}
	ck_assert_ptr_null(trial);
	ck_assert_int_eq(verdict_stage_now(v), 1000 + SMTP_ENDED);
	verdict_stage_destroy(v);
	return seen;
}

START_TEST(every_event_is_passed_on)
{
	struct seen seen = pass_all();

	for (int kind = SMTP_OPENED; kind <= SMTP_ENDED; kind++)
		ck_assert_uint_eq(seen.events[kind], 1);
}
END_TEST

SUITE("verdict_stage", every_event_is_passed_on)
