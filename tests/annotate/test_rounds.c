/* SPDX-License-Identifier: BSD-2-Clause */
#include "rounds.h"

#include "harness.h"

/* Does |d| have a visit in the rounds of |kind|? */
static bool visits(const struct rounds *r, int kind, const struct diagnosis *d)
{
	for (const struct visit *v = rounds_of(r, kind); v->diagnosis; v++)
		if (v->diagnosis == d)
			return true;
	return false;
}

START_TEST(rounds_keep_the_order_of_the_registry)
{
	struct rounds r;

	ck_assert(rounds_init(&r));
	rounds_plan(&r, true);
	for (int kind = 0; kind < ROUND_KINDS; kind++) {
		int before = -1;

		for (const struct visit *v = rounds_of(&r, kind); v->diagnosis; v++) {
			ck_assert_ptr_eq(diagnoses[v->place], v->diagnosis);
			ck_assert_int_gt((int)v->place, before);
			before = (int)v->place;
		}
	}
	rounds_finish(&r);
}
END_TEST

START_TEST(odd_replies_go_to_all)
{
	struct rounds r;

	ck_assert(rounds_init(&r));
	rounds_plan(&r, true);
	for (size_t i = 0; diagnoses[i]; i++) {
		const struct diagnosis *d = diagnoses[i];

		ck_assert_int_eq(visits(&r, SMTP_REPLY, d), d->reply || d->odd_reply);
		ck_assert_int_eq(visits(&r, ROUND_USUAL, d), d->reply != NULL);
		ck_assert_int_eq(visits(&r, SMTP_COMMAND, d), d->command != NULL);
	}
	rounds_finish(&r);
}
END_TEST

/* In a calm dialogue a diagnosis sees exactly the subjects that it names, and without names all of them. */
START_TEST(calm_dialogues_go_by_subject)
{
	struct rounds r;

	ck_assert(rounds_init(&r));
	rounds_plan(&r, true);
	for (size_t i = 0; diagnoses[i]; i++) {
		const struct diagnosis *d = diagnoses[i];

		for (int subject = 0; subject < SUBJECTS; subject++) {
			bool command = !d->calm_commands || d->calm_commands & 1u << subject;
			bool reply = !d->calm_replies || d->calm_replies & 1u << subject;

			ck_assert_int_eq(visits(&r, ROUND_CALM_COMMAND + subject, d), d->command && command);
			ck_assert_int_eq(visits(&r, ROUND_CALM_REPLY + subject, d), d->reply && reply);
		}
	}
	rounds_finish(&r);
}
END_TEST

START_TEST(waits_are_left_out_if_nobody_asks)
{
	struct rounds r;
	size_t left_out = 0;

	ck_assert(rounds_init(&r));
	for (size_t i = 0; diagnoses[i]; i++)
		for (int kind = 0; diagnoses[i]->wait && kind < ROUND_KINDS; kind++) {
			ck_assert(!visits(&r, kind, diagnoses[i]));
			left_out++;
		}
	ck_assert_uint_gt(left_out, 0);
	rounds_plan(&r, true);
	for (size_t i = 0; diagnoses[i]; i++)
		ck_assert_int_eq(visits(&r, ROUND_WAIT, diagnoses[i]), diagnoses[i]->wait != NULL);
	rounds_finish(&r);
}
END_TEST

START_TEST(subjects)
{
	static const struct {
		enum command_kind kind;
		const char *verb;
		enum subject subject;
	} cases[] = {
		{ COMMAND_LINE, "EHLO", SUBJECT_HELLO },  { COMMAND_LINE, "AUTH", SUBJECT_LOGIN },
		{ COMMAND_LINE, "MAIL", SUBJECT_MAIL },	  { COMMAND_LINE, "RCPT", SUBJECT_RCPT },
		{ COMMAND_LINE, "DATA", SUBJECT_DATA },	  { COMMAND_LINE, "QUIT", SUBJECT_QUIT },
		{ COMMAND_LINE, "RSET", SUBJECT_OTHER },  { COMMAND_LINE, "STARTTLS", SUBJECT_OTHER },
		{ COMMAND_LINE, "BLAH", SUBJECT_OTHER },  { COMMAND_END_OF_DATA, "", SUBJECT_END_OF_DATA },
		{ COMMAND_BDAT, "BDAT", SUBJECT_CHUNK },  { COMMAND_AUTH_RESPONSE, "AUTH", SUBJECT_LOGIN },
		{ COMMAND_PROXY, "PROXY", SUBJECT_OTHER }
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct command c = { .kind = cases[i].kind, .verb_id = verb_of(span_text(cases[i].verb)) };

		ck_assert_int_eq(subject_of(&c), cases[i].subject);
	}
}
END_TEST

SUITE("annotate/rounds", rounds_keep_the_order_of_the_registry, odd_replies_go_to_all,
      calm_dialogues_go_by_subject, waits_are_left_out_if_nobody_asks, subjects)
