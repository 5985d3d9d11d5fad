/* SPDX-License-Identifier: BSD-2-Clause */
#include "base64.h"

#include "harness.h"

static const char *decoded(const char *text, bool *whole)
{
	static struct buf to;

	buf_finish(&to);
	buf_init(&to, 100);
	*whole = base64_append(&to, span_text(text));
	return buf_string(&to);
}

/* The test vectors of RFC 4648 10. */
START_TEST(vectors)
{
	static const char *const pairs[][2] = { { "", "" },
						{ "Zg==", "f" },
						{ "Zm8=", "fo" },
						{ "Zm9v", "foo" },
						{ "Zm9vYg==", "foob" },
						{ "Zm9vYmE=", "fooba" },
						{ "Zm9vYmFy", "foobar" } };
	bool whole;

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		ck_assert_str_eq(decoded(pairs[i][0], &whole), pairs[i][1]);
		ck_assert(whole);
	}
}
END_TEST

START_TEST(not_base64)
{
	static const char *const texts[] = { "Zg", "Zg=", "Zm9v Zm8=", "Z===", "=Zg=", "Zm9=Zm9v", "Zm9\x80" };
	bool whole;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		(void)decoded(texts[i], &whole);
		ck_assert_msg(!whole, "%s", texts[i]);
	}
	ck_assert_str_eq(decoded("Zm9vZm9!", &whole), "foo");
}
END_TEST

START_TEST(the_value_of_every_byte)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (int byte = 0; byte < 256; byte++) {
		const char *digit = byte ? strchr(digits, byte) : NULL;

		ck_assert_int_eq(base64_value((uint8_t)byte), digit ? (int)(digit - digits) : -1);
	}
}
END_TEST

SUITE("base64", the_value_of_every_byte, vectors, not_base64)
