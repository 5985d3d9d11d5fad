/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "parameters.h"

#include <stdio.h>

static struct parameters read_line(const char *line)
{
	struct parameters p;

	ck_assert(parameters_read(&p, parameters_in(span_text(line)), NULL));
	return p;
}

START_TEST(keywords_and_values)
{
	struct parameters p =
	    read_line("MAIL FROM:<a@example.org> size=1000  Body=8BITMIME\tSMTPUTF8 X-ODD=a=b");

	ck_assert_uint_eq(p.count, 4);
	ck_assert_str_eq(parameters_find(&p, "SIZE")->value, "1000");
	ck_assert_str_eq(p.list[1].keyword, "BODY");
	ck_assert_str_eq(p.list[1].value, "8BITMIME");
	ck_assert_ptr_null(p.list[2].value);
	ck_assert_str_eq(p.list[3].value, "a=b");
	ck_assert_ptr_null(parameters_find(&p, "AUTH"));
	parameters_finish(&p, NULL);
}
END_TEST

START_TEST(the_path_is_no_parameter)
{
	static const char *const lines[] = { "MAIL FROM:<>",
					     "MAIL FROM:<\"a> SIZE=1\"@example.org>",
					     "MAIL FROM: a@example.org",
					     "MAIL FROM:<a@example.org>SIZE=1",
					     "MAIL",
					     "",
					     "MAIL FROM:<a@example.org",
					     "MAIL FROM:<\"\\\">\"@example.org>" };

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct parameters p = read_line(lines[i]);

		ck_assert_msg(p.count == 0, "%s", lines[i]);
		parameters_finish(&p, NULL);
	}
}
END_TEST

START_TEST(addresses_without_brackets)
{
	struct parameters p = read_line("rcpt to: b@example.net NOTIFY=NEVER");

	ck_assert_uint_eq(p.count, 1);
	ck_assert_str_eq(p.list[0].keyword, "NOTIFY");
	parameters_finish(&p, NULL);
}
END_TEST

START_TEST(odd_bytes_and_repetitions)
{
	struct parameters p;

	ck_assert(parameters_read(&p, span_of("S\"I\x80=1\0 SIZE=2 SIZE=3 =", 23), NULL));
	ck_assert_uint_eq(p.count, 3);
	ck_assert_str_eq(p.list[0].keyword, "S?I?");
	ck_assert_str_eq(p.list[0].value, "1?");
	ck_assert_str_eq(parameters_find(&p, "SIZE")->value, "2");
	ck_assert_str_eq(p.list[2].keyword, "");
	parameters_finish(&p, NULL);
}
END_TEST

START_TEST(too_many_are_counted)
{
	char text[600] = "";
	struct parameters p;

	for (unsigned i = 0; i < 100; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "K%u ", i);
	ck_assert(parameters_read(&p, span_text(text), NULL));
	ck_assert_uint_eq(p.count, PARAMETERS_KEPT);
	ck_assert_uint_eq(p.omitted, 100 - PARAMETERS_KEPT);
	parameters_finish(&p, NULL);
}
END_TEST

START_TEST(values)
{
	static const struct {
		const char *keyword, *value;
		bool fits;
	} cases[] = {
		{ "BODY", "8bitmime", true }, { "BODY", "9BIT", false },
		{ "BODY", NULL, false },      { "BODY", "8BITMIME 7BIT", false },
		{ "BODY", "", false },	      { "SIZE", "1000", true },
		{ "SIZE", "1k", false },      { "SIZE", NULL, false },
		{ "SMTPUTF8", NULL, true },   { "SMTPUTF8", "1", false },
		{ "RET", "HDRS", true },      { "RET", "ALL", false },
		{ "NOTIFY", "NEVER", true },  { "X-WHAT", "ever", true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct parameter p = { .keyword = cases[i].keyword, .value = cases[i].value };

		ck_assert_msg(parameter_value_fits(&p) == cases[i].fits, "%s=%s", cases[i].keyword,
			      cases[i].value ? cases[i].value : "");
	}
}
END_TEST

START_TEST(which_extension_offers_them)
{
	ck_assert_str_eq(parameter_extension("MAIL", &(struct parameter){ "BODY", "binarymime" }),
			 "BINARYMIME");
	ck_assert_str_eq(parameter_extension("MAIL", &(struct parameter){ "BODY", "7BIT" }), "8BITMIME");
	ck_assert_str_eq(parameter_extension("RCPT", &(struct parameter){ "ORCPT", "rfc822;a" }), "DSN");
	ck_assert_ptr_null(parameter_extension("MAIL", &(struct parameter){ "ORCPT", "rfc822;a" }));
	ck_assert_ptr_null(parameter_extension("MAIL", &(struct parameter){ "XODD", NULL }));
}
END_TEST

SUITE("parameters", values, keywords_and_values, the_path_is_no_parameter, addresses_without_brackets,
      odd_bytes_and_repetitions, too_many_are_counted, which_extension_offers_them)
