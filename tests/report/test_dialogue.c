/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue.h"

#include "harness.h"
#include <stdio.h>

static struct dialogue d;
static uint64_t frame_number;

static void start(void)
{
	dialogue_finish(&d);
	frame_number = 0;
}

static struct frame_ref next_frame(void)
{
	frame_number++;
	return (struct frame_ref){ .number = frame_number & FRAME_NUMBER_MAX,
				   .time = (tstamp)frame_number,
				   .digits = 6 };
}

static void command(const char *verb)
{
	struct frame_ref frame = next_frame();
	struct entry *e = entry_create(&d, ENTRY_COMMAND, &frame, span_text(verb));

	strcpy(e->verb, verb);
	dialogue_add(&d, e);
}

static void reply(const char *verb, unsigned code)
{
	struct frame_ref frame = next_frame();
	struct entry *e = entry_create(&d, ENTRY_REPLY, &frame, span_text("text"));

	strcpy(e->verb, verb);
	e->code = code;
	e->direct = d.last && d.last->kind == ENTRY_COMMAND;
	dialogue_add(&d, e);
}

static void finding(const char *id, uint64_t number, uint64_t root)
{
	struct frame_ref frame = { .number = frame_number & FRAME_NUMBER_MAX, .time = (tstamp)frame_number };
	char text[100];
	size_t length =
	    (size_t)snprintf(text, sizeof text, "title%cwhy%cfix%creference%c%s%ccause", 0, 0, 0, 0, id, 0) + 1;
	struct entry *e = entry_create(&d, ENTRY_FINDING, &frame, span_of(text, length));

	e->number = number;
	e->severity = SEVERITY_WARNING;
	dialogue_add_finding(&d, e, root);
}

START_TEST(questions_and_replies_that_repeat_are_folded)
{
	start();
	for (unsigned i = 0; i < 500; i++) {
		command("RCPT");
		reply("RCPT", 250);
	}
	ck_assert_uint_eq(d.entries, 7);
	ck_assert_int_eq(d.last->kind, ENTRY_FOLD);
	ck_assert_uint_eq(d.last->period, 2);
	ck_assert_uint_eq(d.last->count, 497);
	ck_assert_uint_eq(d.last->first_frame.number, 7);
	ck_assert_uint_eq(d.last->last_frame.number, 1000);
	command("RCPT");
	reply("RCPT", 550); /* another answer stands for itself */
	ck_assert_uint_eq(d.entries, 9);
	ck_assert_uint_eq(d.last->code, 550);
}
END_TEST

START_TEST(pipelined_groups_are_folded)
{
	start();
	for (unsigned i = 0; i < 50; i++)
		command("RCPT");
	for (unsigned i = 0; i < 50; i++)
		reply("RCPT", 250);
	/* the first reply follows the fold of commands; it is separate */
	ck_assert_uint_eq(d.entries, 8);
	ck_assert_uint_eq(d.last->period, 1);
	ck_assert_uint_eq(d.last->count, 47);
}
END_TEST

START_TEST(a_finding_brings_back_what_it_is_about)
{
	start();
	for (unsigned i = 0; i < 10; i++) {
		command("NOOP");
		reply("NOOP", 250);
	}
	finding("odd", 1, 0);
	ck_assert_int_eq(d.last->kind, ENTRY_FINDING);
	ck_assert_int_eq(d.last->before->kind, ENTRY_REPLY);
	ck_assert_uint_eq(d.last->before->mark, 1 + SEVERITY_WARNING);
	ck_assert_uint_eq(d.last->before->before->before->count, 6);
}
END_TEST

START_TEST(consequences_are_counted_at_their_root)
{
	start();
	command("GET");
	reply("GET", 500);
	finding("unexpected-500", 1, 0);
	for (unsigned i = 0; i < 40; i++) {
		command(i % 2 ? "Host" : "Accept");
		reply(i % 2 ? "Host" : "Accept", 500);
		finding("unexpected-500", 2 + i, 1);
	}
	/* question, reply, finding, one consequence, the fold of 39 */
	ck_assert_uint_eq(d.entries, 6);
	ck_assert_uint_eq(d.first->next->next->more, 40);
	ck_assert_uint_eq(d.last->count, 39);
	ck_assert_str_eq(d.last->verb, "");
}
END_TEST

START_TEST(findings_alike_are_shown_a_few_times)
{
	start();
	for (unsigned i = 0; i < 30; i++) {
		command("RCPT");
		reply("RCPT", 550);
		finding("delivery-failed", 1 + i, 0);
	}
	ck_assert_uint_eq(d.first->next->next->more, 26);
	ck_assert(!d.first->next->next->brief);
	ck_assert(d.first->next->next->next->next->next->brief);
	ck_assert_uint_lt(d.entries, 20);
	ck_assert_str_eq(entry_finding_text(d.first->next->next, FINDING_ID), "delivery-failed");
	ck_assert_str_eq(entry_finding_text(d.first->next->next, FINDING_CAUSE), "cause");
}
END_TEST

static void mail(unsigned final)
{
	command("MAIL");
	reply("MAIL", 250);
	command("RCPT");
	reply("RCPT", 250);
	command("DATA");
	reply("DATA", 354);
	command(".");
	reply(".", final);
	dialogue_end_message(&d);
}

START_TEST(messages_that_go_the_same_way_are_folded)
{
	start();
	command("EHLO");
	reply("EHLO", 250);
	for (unsigned i = 0; i < 100; i++)
		mail(250);
	ck_assert_uint_eq(d.entries, 2 + 8 + 8 + 1);
	ck_assert_uint_eq(d.last->count, 98);
	ck_assert_uint_eq(d.last->last_frame.number, 802);
	mail(550);
	ck_assert_uint_eq(d.entries, 19 + 8);
}
END_TEST

START_TEST(a_long_dialogue_keeps_head_and_tail)
{
	char verb[16];

	start();
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(verb, sizeof verb, "V%u", i);
		command(verb);
	}
	ck_assert_uint_eq(d.entries, DIALOGUE_HEAD + DIALOGUE_TAIL);
	ck_assert_uint_eq(d.omitted, 100000 - DIALOGUE_HEAD - DIALOGUE_TAIL);
	ck_assert_str_eq(d.first->verb, "V0");
	ck_assert_str_eq(d.last->verb, "V99999");
	ck_assert_str_eq(d.head_end->verb, "V239");
	ck_assert_uint_eq(d.omitted_first.number, DIALOGUE_HEAD + 1);
	dialogue_trim(&d, 1000);
	ck_assert_uint_le(d.bytes, 1000);
	dialogue_trim(&d, 0);
	ck_assert_uint_eq(d.bytes, 0);
	ck_assert_uint_eq(d.omitted, 100000);
	command("MORE");
	ck_assert_uint_eq(d.entries, 1);
}
END_TEST

START_TEST(bytes_are_bounded)
{
	static char text[5000];
	struct frame_ref frame = { .number = 1 };

	start();
	memset(text, 'x', sizeof text);
	for (unsigned i = 0; i < 5000; i++) {
		struct entry *e = entry_create(&d, ENTRY_LINE + (i % 2), &frame, span_of(text, sizeof text));
		ck_assert_uint_eq(e->length, ENTRY_TEXT_KEPT);
		dialogue_add(&d, e);
		ck_assert_uint_le(d.bytes, DIALOGUE_BYTES);
	}
}
END_TEST

/* Do the counts say what is there? */
static bool sound(void)
{
	size_t bytes = 0, entries = 0, head = 0;

	for (const struct entry *e = d.first; e; e = e->next) {
		if (e->next ? e->next->before != e : d.last != e)
			return false;
		bytes += e->size;
		entries++;
		head += e->head;
	}
	return bytes == d.bytes && entries == d.entries && head == d.head_entries &&
	       entries <= DIALOGUE_HEAD + DIALOGUE_TAIL;
}

START_TEST(counts_hold_for_any_sequence)
{
	static const char *const verbs[] = { "RCPT", "MAIL" };
	uint32_t seed = 5;

	for (unsigned round = 0; round < 100; round++) {
		start();
		for (unsigned i = 0; i < 600; i++) {
			seed = seed * 1664525 + 1013904223;
			switch (seed >> 24 & (round % 2 ? 7 : 15)) {
			case 0:
				finding(seed & 0x100000 ? "a" : "b", i, seed & 0x200000 ? i / 2 : 0);
				break;
			case 1:
				dialogue_end_message(&d);
				break;
			case 2:
				if ((seed >> 8 & 63) == 0)
					dialogue_trim(&d, d.bytes / 2);
				break;
			default:
				command(verbs[(seed >> 20 & 15) == 0]);
				reply(verbs[(seed >> 20 & 15) == 0], seed >> 12 & 31 ? 250 : 500);
			}
			if (!sound())
				ck_abort_msg("round %u, step %u", round, i);
		}
	}
	start();
}
END_TEST

SUITE("dialogue", questions_and_replies_that_repeat_are_folded, pipelined_groups_are_folded,
      a_finding_brings_back_what_it_is_about, consequences_are_counted_at_their_root,
      findings_alike_are_shown_a_few_times, messages_that_go_the_same_way_are_folded,
      a_long_dialogue_keeps_head_and_tail, bytes_are_bounded, counts_hold_for_any_sequence)
