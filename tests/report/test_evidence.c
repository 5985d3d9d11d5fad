/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest.h"
#include "evidence.h"

#include "harness.h"

#include <stdio.h>

static struct dialogue dialogue;
static uint64_t frames;

static struct entry *add(enum entry_kind kind, const char *verb, const char *text)
{
	const struct frame_ref frame = { .number = ++frames & FRAME_NUMBER_MAX };
	struct entry *e = entry_create(&dialogue, kind, &frame, span_text(text));

	ck_assert_ptr_nonnull(e);
	snprintf(e->verb, sizeof e->verb, "%s", verb);
	dialogue_add(&dialogue, e);
	return e;
}

/* A command with its reply, which is returned. */
static struct entry *exchange(const char *verb, unsigned code)
{
	struct entry *question = add(ENTRY_COMMAND, verb, verb), *reply = add(ENTRY_REPLY, verb, "text");

	reply->code = code;
	reply->answers = ANSWERS_COMMAND;
	reply->direct = true;
	reply->question = question->frame;
	return reply;
}

static struct entry *finding(struct entry *about, const char *id, const char *cause, enum severity severity)
{
	char texts[200];
	int length = snprintf(texts, sizeof texts, "title%cwhy%cfix%cref%c%s%c%s", 0, 0, 0, 0, id, 0, cause);
	struct entry *e =
	    entry_create(&dialogue, ENTRY_FINDING, &about->frame, span_of(texts, (size_t)length + 1));

	ck_assert_ptr_nonnull(e);
	e->number = 1;
	e->severity = severity;
	dialogue_add_finding(&dialogue, e, 0);
	return e;
}

static void end(void)
{
	dialogue_finish(&dialogue);
	frames = 0;
}

START_TEST(the_line_of_a_finding_and_its_command_are_shown)
{
	struct entry *hello = exchange("HELO", 250), *refused = exchange("RCPT", 550);
	struct entry *told = finding(refused, "delivery-failed", "user-unknown", SEVERITY_ERROR);
	struct entry *quit = exchange("QUIT", 221);

	evidence_choose(&dialogue, &(struct evidence){ .told = 1 });
	ck_assert(!told->hidden && !refused->hidden && !refused->before->hidden);
	ck_assert(hello->hidden && quit->hidden && quit->before->hidden);
	end();
}
END_TEST

START_TEST(a_note_is_shown_only_if_the_verdict_tells_it)
{
	struct entry *reply = exchange("RCPT", 450);
	struct entry *note = finding(reply, "delivery-failed", "greylisted", SEVERITY_INFO);

	exchange("QUIT", 221);
	evidence_choose(&dialogue, &(struct evidence){ 0 });
	ck_assert(note->hidden && reply->hidden);
	evidence_choose(&dialogue, &(struct evidence){ .told = 1 });
	ck_assert(!note->hidden && !reply->hidden);
	end();
}
END_TEST

START_TEST(what_came_last_matters_if_it_was_broken_off)
{
	struct entry *first = exchange("MAIL", 250), *last = exchange("RCPT", 250);

	evidence_choose(&dialogue, &(struct evidence){ .broken_off = true });
	ck_assert(first->hidden && !last->hidden && !last->before->hidden);
	end();
}
END_TEST

START_TEST(extensions_are_shown_if_the_finding_depends_on_them)
{
	static const char *const causes[] = { "user-unknown", "message-too-large" };

	for (size_t i = 0; i < 2; i++) {
		struct entry *hello = exchange("EHLO", 250), *refused;

		hello->capabilities = true;
		refused = exchange("MAIL", 552);
		finding(refused, "delivery-failed", causes[i], SEVERITY_ERROR);
		evidence_choose(&dialogue, &(struct evidence){ .told = 1 });
		ck_assert_int_eq(hello->hidden, i == 0);
		end();
	}
}
END_TEST

START_TEST(hidden_lines_are_summed_up)
{
	struct buf text;

	exchange("EHLO", 250);
	exchange("MAIL", 250);
	for (unsigned i = 0; i < 40; i++)
		exchange("RCPT", 250);
	exchange("\x1b[2J", 500);
	buf_init(&text, DIGEST_MAX);
	digest_text(&text, dialogue.first, dialogue.last);
	ck_assert_str_eq(buf_string(&text), "EHLO 250 · MAIL 250 · RCPT 250 ×40 · line 500");
	buf_finish(&text);
	end();
}
END_TEST

SUITE("evidence", the_line_of_a_finding_and_its_command_are_shown,
      a_note_is_shown_only_if_the_verdict_tells_it, what_came_last_matters_if_it_was_broken_off,
      extensions_are_shown_if_the_finding_depends_on_them, hidden_lines_are_summed_up)
