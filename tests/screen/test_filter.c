/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "list_filter.h"

static struct filter f;
static struct roster_row row;
static struct buf error;

static void set_up(void)
{
	filter_init(&f);
	buf_init(&error, 1024);
	row = (struct roster_row){ .number = 7,
				   .ended = true,
				   .failed = true,
				   .outcome = SESSION_REJECTED,
				   .code = 550,
				   .start = 1,
				   .last = 2 };
	ck_assert(addr_parse(&row.client.addr, "192.0.2.10"));
	ck_assert(addr_parse(&row.server.addr, "198.51.100.25"));
	snprintf(row.from, sizeof row.from, "alice@example.org");
	snprintf(row.to, sizeof row.to, "bob@example.net");
	snprintf(row.cause, sizeof row.cause, "user-unknown");
	snprintf(row.name, sizeof row.name, "mx.example.net");
}

static void tear_down(void)
{
	filter_finish(&f);
	buf_finish(&error);
}

static bool shows(const char *text)
{
	ck_assert_msg(filter_set(&f, text, &error), "%s: %s", text, buf_string(&error));
	return filter_shows(&f, &row);
}

START_TEST(every_selection_hits_and_misses)
{
	static const struct {
		const char *hit, *miss;
	} pairs[] = {
		{ "client=192.0.2.0/24", "client=192.0.3.0/24" },
		{ "server=198.51.100.25", "server=198.51.100.26" },
		{ "server=mx.*", "server=mail.*" },
		{ "from=*@example.org", "from=*@example.com" },
		{ "to=bob@*", "to=alice@*" },
		{ "cause=user-unknown", "cause=greylisted" },
		{ "session=7", "session=8" },
		{ "only=failed", "only=findings" },
		{ "rejected", "delivered" },
		{ "ALICE@ 550", "alice@ 250" },
		{ "", "code=5xx" }, /* its dialogue is empty */
	};

	set_up();
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		ck_assert_msg(shows(pairs[i].hit), "%s", pairs[i].hit);
		ck_assert_msg(!shows(pairs[i].miss), "%s", pairs[i].miss);
	}
	row.failed = false;
	ck_assert(!shows("only=failed"));
	tear_down();
}
END_TEST

START_TEST(wrong_selection_says_what_is_expected_and_shows_all)
{
	set_up();
	ck_assert(!filter_set(&f, "delivered client=nonsense", &error));
	ck_assert_uint_gt(error.length, 0);
	ck_assert(!filter_given(&f));
	ck_assert(filter_shows(&f, &row));
	tear_down();
}
END_TEST

SUITE("filter", every_selection_hits_and_misses, wrong_selection_says_what_is_expected_and_shows_all)
