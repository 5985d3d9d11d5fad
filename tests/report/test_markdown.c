/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "markdown.h"

static const char *prose(struct buf *out, const char *text)
{
	buf_clear(out);
	markdown_prose(out, span_text(text));
	return buf_string(out);
}

static const char *code(struct buf *out, const char *text)
{
	buf_clear(out);
	markdown_code(out, span_text(text));
	return buf_string(out);
}

START_TEST(prose_is_never_markup)
{
	struct buf out;

	buf_init(&out, 4096);
	ck_assert_str_eq(prose(&out, "Rejected for bob@example.net (550 5.1.1): No such user"),
			 "Rejected for bob@example.net (550 5.1.1): No such user");
	ck_assert_str_eq(prose(&out, "[a](b) *c* _d_ `e` <f> | # & ~"),
			 "\\[a\\](b) \\*c\\* \\_d\\_ \\`e\\` \\<f\\> \\| \\# \\& \\~");
	ck_assert_str_eq(prose(&out, "see https://x.example/y"), "see https:\\//x.example/y");
	ck_assert_str_eq(prose(&out, "a\\*"), "a\\\\\\*");
	buf_finish(&out);
}
END_TEST

START_TEST(prose_is_one_visible_line)
{
	struct buf out;

	buf_init(&out, 4096);
	ck_assert_str_eq(prose(&out, "a\n# b"), "a\\\\n\\# b");
	ck_assert_str_eq(prose(&out, "a\x1b[2J"), "a\\\\x1b\\[2J");
	ck_assert_ptr_null(strstr(prose(&out, "\xe2\x80\xae"), "\xe2\x80\xae"));
	buf_finish(&out);
}
END_TEST

START_TEST(fence_is_longer_than_any_run_inside)
{
	struct buf out;

	buf_init(&out, 4096);
	ck_assert_str_eq(code(&out, "250 <b>*x*</b>"), "`250 <b>*x*</b>`");
	ck_assert_str_eq(code(&out, "a `b` c"), "`` a `b` c ``");
	ck_assert_str_eq(code(&out, "``` end"), "```` ``` end ````");
	ck_assert_str_eq(code(&out, "a\nb"), "`a\\nb`");
	ck_assert_str_eq(code(&out, ""), "`  `");
	buf_finish(&out);
}
END_TEST

SUITE("markdown", prose_is_never_markup, prose_is_one_visible_line, fence_is_longer_than_any_run_inside)
