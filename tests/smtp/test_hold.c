/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "hold.h"

static void push(struct hold *h, uint64_t offset, const char *text)
{
	struct chunk chunk = { .offset = offset, .length = strlen(text), .bytes = (const uint8_t *)text };

	ck_assert(hold_push(h, &chunk, NULL));
}

static void expect(struct hold *h, uint64_t offset, const char *text)
{
	struct held *held = hold_pop(h);

	ck_assert_ptr_nonnull(held);
	ck_assert_uint_eq(held->chunk.offset, offset);
	ck_assert_uint_eq(held->chunk.length, strlen(text));
	ck_assert(memcmp(held->chunk.bytes, text, strlen(text)) == 0);
	free(held);
}

START_TEST(test_order)
{
	struct hold h = { 0 };
	char text[] = "abc";

	push(&h, 0, text);
	text[0] = 'X';
	push(&h, 3, "de");
	ck_assert_uint_eq(h.bytes, 5);
	ck_assert_uint_eq(h.count, 2);
	expect(&h, 0, "abc");
	push(&h, 5, "f");
	expect(&h, 3, "de");
	expect(&h, 5, "f");
	ck_assert_ptr_null(hold_pop(&h));
	ck_assert_uint_eq(h.bytes, 0);
	ck_assert_uint_eq(h.count, 0);
}
END_TEST

START_TEST(test_gap_takes_no_bytes)
{
	struct hold h = { 0 };
	struct chunk gap = { .offset = 7, .length = UINT64_C(1) << 40, .gap = true };
	struct held *held;

	ck_assert(hold_push(&h, &gap, NULL));
	ck_assert_uint_eq(h.bytes, 0);
	held = hold_pop(&h);
	ck_assert(held->chunk.gap && held->chunk.bytes == NULL);
	ck_assert_uint_eq(held->chunk.length, UINT64_C(1) << 40);
	free(held);
	ck_assert_uint_eq(h.bytes, 0);
}
END_TEST

START_TEST(test_prepend)
{
	struct hold a = { 0 }, b = { 0 };

	hold_prepend(&a, &b);
	push(&b, 0, "one");
	push(&b, 3, "two");
	hold_prepend(&a, &b);
	ck_assert_ptr_null(b.head);
	push(&b, 100, "zero");
	hold_prepend(&a, &b);
	ck_assert_uint_eq(a.bytes, 10);
	push(&a, 6, "three");
	expect(&a, 100, "zero");
	expect(&a, 0, "one");
	expect(&a, 3, "two");
	expect(&a, 6, "three");
	push(&a, 0, "left");
	hold_clear(&a, NULL);
	ck_assert_ptr_null(a.head);
	ck_assert_ptr_null(a.tail);
}
END_TEST

SUITE("smtp/hold", test_order, test_gap_takes_no_bytes, test_prepend)
