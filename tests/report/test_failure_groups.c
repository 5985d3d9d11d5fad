/* SPDX-License-Identifier: BSD-2-Clause */
#include "failure_groups.h"

#include "harness.h"

static struct failure_groups groups;
static char *text;
static size_t length;

static void failed(uint64_t number, const char *id, const char *cause, uint8_t host, const char *name)
{
	static struct flow flow;
	char greeting[64];
	struct session_facts session = { .flow = &flow, .number = number, .greeting = greeting };
	const struct verdict v = { .failed = true, .id = id, .cause = cause };

	flow = (struct flow){ .server = { .addr = { .version = 4 }, .port = 25 } };
	flow.server.addr.bytes[0] = 192;
	flow.server.addr.bytes[3] = host;
	snprintf(greeting, sizeof greeting, "%s ESMTP", name);
	failure_groups_add(&groups, &session, &v);
}

static const char *page(void)
{
	struct output output = { .file = open_memstream(&text, &length) };
	struct page p;

	page_init(&p, &output, false, 80);
	failure_groups_page(&p, &groups);
	page_finish(&p);
	fclose(output.file);
	failure_groups_finish(&groups);
	return text;
}

static bool has(const char *page, const char *words)
{
	return strstr(page, words);
}

START_TEST(the_largest_group_is_first)
{
	const char *shown;

	failed(9, "delivery-failed", "relay-denied", 1, "mx1.example.net");
	for (uint64_t i = 12; i > 0; i--)
		failed(i * 10, "delivery-failed", "user-unknown", 2, "mx2.example.net");
	shown = page();
	ck_assert_str_eq(shown, "13 failed sessions, by cause and server:\n"
				"     12 user-unknown             mx2.example.net          10, 20, 30, +9\n"
				"      1 relay-denied             mx1.example.net          9\n");
	free(text);
}
END_TEST

START_TEST(many_servers_are_one_line)
{
	const char *shown;

	for (uint8_t i = 1; i <= 4; i++)
		failed(i, "unexpected-221", "idle-timeout", i, "mx.example.net");
	shown = page();
	ck_assert(has(shown, "      4 idle-timeout             4 servers                1, 2, 3, +1\n"));
	free(text);
	for (unsigned i = 1; i <= 100; i++)
		failed(i, "unexpected-221", "idle-timeout", (uint8_t)i, "nameless");
	shown = page();
	ck_assert(has(shown, "100 idle-timeout             more than 32 servers"));
	free(text);
}
END_TEST

START_TEST(a_cause_that_says_nothing_gives_way_to_the_id)
{
	const char *shown;

	failed(1, "no-greeting", "unknown", 7, "nameless");
	failed(2, "unknown", NULL, 7, "nameless");
	shown = page();
	ck_assert(has(shown, "1 no-greeting              192.0.0.7 "));
	ck_assert(has(shown, "1 unknown                  192.0.0.7 "));
	free(text);
}
END_TEST

START_TEST(wire_text_is_escaped_and_the_page_is_bounded)
{
	const char *shown;
	size_t lines = 0;

	for (unsigned i = 0; i < 500; i++) {
		char cause[32];

		snprintf(cause, sizeof cause, "cause-%u", i);
		failed(i + 1, "delivery-failed", cause, (uint8_t)i, "mx\x1b[2J.example");
	}
	shown = page();
	ck_assert_ptr_null(strchr(shown, 0x1b));
	ck_assert(has(shown, " more, of other causes\n"));
	for (const char *at = shown; (at = strchr(at, '\n')); at++)
		lines++;
	ck_assert_uint_le(lines, GROUP_ROWS + 2);
	free(text);
}
END_TEST

SUITE("failure_groups", the_largest_group_is_first, many_servers_are_one_line,
      a_cause_that_says_nothing_gives_way_to_the_id, wire_text_is_escaped_and_the_page_is_bounded)
