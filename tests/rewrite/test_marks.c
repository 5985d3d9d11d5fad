/* SPDX-License-Identifier: BSD-2-Clause */
#include "marks.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"

/* Sequence numbers wrap inside of the stream. */
#define BASE UINT32_C(4294967290)

static void init(struct session_marks *m)
{
	*m = (struct session_marks){ 0 };
	m->side[DIR_CLIENT].placed = true;
	m->side[DIR_CLIENT].first_seq = BASE;
	m->side[DIR_CLIENT].read_to = 20;
}

/* The payload |text| from offset |offset| on, with the marks applied. */
static const char *apply(const struct session_marks *m, int64_t offset, const char *text)
{
	static char bytes[64];
	struct editor e;

	snprintf(bytes, sizeof bytes, "%s", text);
	editor_init(&e, (uint8_t *)bytes, strlen(text));
	marks_apply(m, DIR_CLIENT, &e, 0, strlen(text), BASE + (uint32_t)offset);
	return bytes;
}

START_TEST(a_patch_is_found_in_every_segment_that_carries_it)
{
	struct session_marks m;

	init(&m);
	marks_add(&m, DIR_CLIENT, 5, 4, (const uint8_t *)"PQRS");
	ck_assert_str_eq(apply(&m, 0, "abcdefghijklmnopqrst"), "abcdePQRSjklmnopqrst");
	ck_assert_str_eq(apply(&m, 6, "ghi"), "QRS");
	ck_assert_str_eq(apply(&m, 7, "h"), "R");
	ck_assert_str_eq(apply(&m, 0, "abcdef"), "abcdeP");
	ck_assert_str_eq(apply(&m, 8, "ijk"), "Sjk");
	ck_assert_str_eq(apply(&m, 9, "jk"), "jk");
	marks_finish(&m);
}
END_TEST

START_TEST(what_was_not_read_is_blanked)
{
	struct session_marks m;

	init(&m);
	ck_assert_str_eq(apply(&m, 17, "rstUVW\r\n.\r\n"), "rstxxx\r\n.\r\n");
	ck_assert_str_eq(apply(&m, 40, "secret"), "xxxxxx");
	ck_assert_str_eq(apply(&m, -3, "old"), "xxx");
	ck_assert_str_eq(apply(&m, -1, "xab"), "xab");
	m.ahead = true; /* of a proxy */
	ck_assert_str_eq(apply(&m, -3, "old"), "old");
	marks_finish(&m);
}
END_TEST

START_TEST(without_marks_nothing_is_kept)
{
	struct session_marks m;
	static const uint8_t much[MARKS_BYTES / 2];

	init(&m);
	marks_add(&m, DIR_CLIENT, 0, 2, NULL);
	ck_assert(!m.blank_all);
	marks_add(&m, DIR_SERVER, 0, sizeof much, much);
	marks_add(&m, DIR_SERVER, 0, sizeof much, much);
	ck_assert(m.blank_all);
	ck_assert_str_eq(apply(&m, 4, "ab"), "xx");
	marks_finish(&m);
	init(&m);
	m.side[DIR_CLIENT].placed = false;
	ck_assert_str_eq(apply(&m, 4, "ab"), "xx");
	m.keep_all = true;
	ck_assert_str_eq(apply(&m, 4, "ab"), "ab");
	marks_finish(&m);
}
END_TEST

SUITE("marks", a_patch_is_found_in_every_segment_that_carries_it, what_was_not_read_is_blanked,
      without_marks_nothing_is_kept)
