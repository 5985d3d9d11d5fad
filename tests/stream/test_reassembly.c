/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "reassembly.h"

enum { TEXT_SIZE = 256 };

static uint64_t push(struct reassembly *r, uint64_t frame, uint64_t offset, const char *text, uint64_t *conflict)
{
	struct piece p = { .offset = offset,
			   .length = strlen(text),
			   .captured = strlen(text),
			   .bytes = (uint8_t *)(uintptr_t)text,
			   .sent = { .number = frame & FRAME_NUMBER_MAX } };
	uint64_t differ;

	return reassembly_push(r, NULL, &p, conflict ? conflict : &differ);
}

static uint64_t push_end(struct reassembly *r, enum piece_kind kind, uint64_t frame, uint64_t offset)
{
	struct piece p = { .kind = kind, .offset = offset, .sent = { .number = frame & FRAME_NUMBER_MAX } };
	uint64_t differ;

	return reassembly_push(r, NULL, &p, &differ);
}

/* Delivers everything up to the next hole: its bytes, "!" for FIN, "#" for RST. */
static const char *take(struct reassembly *r, char text[static TEXT_SIZE])
{
	const struct piece *p;
	size_t length = 0;

	while ((p = reassembly_head(r))) {
		ck_assert(p->contiguous);
		ck_assert_uint_le(p->offset, r->next);
		if (p->kind != PIECE_DATA)
			text[length++] = p->kind == PIECE_FIN ? '!' : '#';
		for (uint64_t i = r->next - p->offset; i < p->captured; i++)
			text[length++] = (char)p->bytes[i];
		reassembly_pop(r);
	}
	text[length] = 0;
	return text;
}

START_TEST(test_order)
{
	struct reassembly r = { 0 };
	char text[TEXT_SIZE];

	ck_assert_uint_eq(push(&r, 1, 0, "abc", NULL), 3);
	ck_assert_str_eq(take(&r, text), "abc");
	ck_assert_uint_eq(push(&r, 2, 6, "ghi", NULL), 3);
	ck_assert_ptr_null(reassembly_head(&r));
	ck_assert_uint_eq(reassembly_gap_end(&r), 6);
	ck_assert_uint_eq(push(&r, 3, 9, "jkl", NULL), 3);
	ck_assert_uint_eq(push(&r, 4, 3, "def", NULL), 3);
	ck_assert_uint_eq(reassembly_gap_end(&r), UINT64_MAX);
	/*
	 * The packet that filled the hole made all of it ready, and each part knows the packet that carried
	 * it.
	 */
	ck_assert_uint_eq(r.held->contiguous, 12);
	for (const struct piece *p = reassembly_first(&r); p; p = p->next)
		ck_assert_uint_eq(p->ready.number, 4);
	ck_assert_uint_eq(r.held->head->next->sent.number, 2);
	ck_assert_uint_eq(reassembly_held(&r), 9);
	ck_assert_uint_eq(r.held->count, 3);
	ck_assert_str_eq(take(&r, text), "defghijkl");
	ck_assert_uint_eq(reassembly_held(&r), 0);
	ck_assert_ptr_null(r.held);
	ck_assert_uint_eq(r.next, 12);
	reassembly_finish(&r);
}
END_TEST

START_TEST(test_overlap_first_copy_wins)
{
	struct reassembly r = { 0 };
	char text[TEXT_SIZE];
	uint64_t conflict;

	ck_assert_uint_eq(push(&r, 1, 2, "cd", &conflict), 2);
	ck_assert_uint_eq(push(&r, 2, 6, "gh", &conflict), 2);
	/* Covers both pieces and the holes around them, and differs at 3 and at 7. */
	ck_assert_uint_eq(push(&r, 3, 0, "abcXefgYij", &conflict), 6);
	ck_assert_uint_eq(conflict, 3);
	ck_assert_str_eq(take(&r, text), "abcdefghij");
	reassembly_finish(&r);
}
END_TEST

START_TEST(test_overlap_same_bytes)
{
	struct reassembly r = { 0 };
	char text[TEXT_SIZE];
	uint64_t conflict;

	push(&r, 1, 4, "efgh", NULL);
	ck_assert_uint_eq(push(&r, 2, 4, "efgh", &conflict), 0);
	ck_assert_uint_eq(conflict, UINT64_MAX);
	ck_assert_uint_eq(push(&r, 3, 2, "cdef", &conflict), 2);
	ck_assert_uint_eq(conflict, UINT64_MAX);
	ck_assert_uint_eq(push(&r, 4, 6, "ghij", &conflict), 2);
	ck_assert_uint_eq(push(&r, 5, 0, "abcdefghijkl", &conflict), 4);
	ck_assert_uint_eq(conflict, UINT64_MAX);
	ck_assert_str_eq(take(&r, text), "abcdefghijkl");
	/* Delivered bytes are not delivered again. */
	ck_assert_uint_eq(push(&r, 6, 3, "def", &conflict), 0);
	ck_assert_uint_eq(push(&r, 7, 10, "klm", &conflict), 1);
	ck_assert_str_eq(take(&r, text), "m");
	reassembly_finish(&r);
}
END_TEST

START_TEST(test_end_waits_for_bytes)
{
	struct reassembly r = { 0 };
	char text[TEXT_SIZE];

	ck_assert_uint_eq(push_end(&r, PIECE_FIN, 1, 6), 1);
	ck_assert_uint_eq(push_end(&r, PIECE_FIN, 2, 6), 0);
	ck_assert_ptr_null(reassembly_head(&r));
	push(&r, 3, 3, "def", NULL);
	ck_assert_str_eq(take(&r, text), "");
	push(&r, 4, 0, "abc", NULL);
	ck_assert_str_eq(take(&r, text), "abcdef!");
	ck_assert_uint_eq(push_end(&r, PIECE_RST, 5, 6), 1);
	ck_assert_str_eq(take(&r, text), "#");
	reassembly_finish(&r);
}
END_TEST

START_TEST(test_skip)
{
	struct reassembly r = { 0 };
	char text[TEXT_SIZE];

	push(&r, 1, 10, "kl", NULL);
	push(&r, 2, 12, "mn", NULL);
	reassembly_skip(&r, 10);
	ck_assert_uint_eq(r.held->contiguous, 14);
	/* After a gap, a piece is ready by its own packet. */
	ck_assert_uint_eq(r.held->head->ready.number, 1);
	ck_assert_uint_eq(r.held->head->next->ready.number, 2);
	ck_assert_uint_eq(push(&r, 3, 0, "abcdefghij", NULL), 0);
	ck_assert_str_eq(take(&r, text), "klmn");
	reassembly_finish(&r);
}
END_TEST

START_TEST(test_captured_in_part)
{
	struct reassembly r = { 0 };
	uint64_t conflict;
	struct piece p = { .offset = 4, .length = 10, .captured = 3, .bytes = (uint8_t *)(uintptr_t) "efg" };
	char text[TEXT_SIZE];

	ck_assert_uint_eq(reassembly_push(&r, NULL, &p, &conflict), 10);
	ck_assert_uint_eq(reassembly_held(&r), 3);
	/* Bytes that were not captured cannot differ. */
	ck_assert_uint_eq(push(&r, 2, 2, "cdefgXYZ", &conflict), 2);
	ck_assert_uint_eq(conflict, UINT64_MAX);
	push(&r, 3, 0, "ab", NULL);
	ck_assert_str_eq(take(&r, text), "abcdefg");
	ck_assert_uint_eq(r.next, 14);
	reassembly_finish(&r);
}
END_TEST

START_TEST(test_finish_forgets)
{
	struct reassembly r = { 0 };

	push(&r, 1, 5, "abc", NULL);
	push(&r, 2, 10, "abc", NULL);
	reassembly_finish(&r);
	ck_assert_ptr_null(r.held);
	reassembly_finish(&r);
}
END_TEST

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Any pieces in any order give the same bytes as a plain array in which the first copy wins. */
START_TEST(test_against_plain_array)
{
	enum { LENGTH = 64 };

	for (uint32_t round = 0; round < 500; round++) {
		struct reassembly r = { 0 };
		uint32_t seed = round * 7919 + 1;
		char plain[LENGTH + 1] = { 0 }, out[LENGTH + 1] = { 0 }, bytes[LENGTH + 1];
		size_t handed = 0;

		for (unsigned step = 0; step < 40; step++) {
			size_t offset = next_random(&seed) % LENGTH,
			       length = 1 + next_random(&seed) % (LENGTH - offset);
			uint64_t conflict, added, fresh = 0, differ = UINT64_MAX;
			const struct piece *p;

			for (size_t i = 0; i < length; i++)
				bytes[i] = (char)('a' + next_random(&seed) % 3);
			bytes[length] = 0;
			for (size_t i = 0; i < length; i++) {
				if (!plain[offset + i])
					plain[offset + i] = bytes[i], fresh++;
				else if (offset + i >= handed && plain[offset + i] != bytes[i] &&
					 differ == UINT64_MAX)
					differ = offset + i;
			}
			added = push(&r, step + 1, offset, bytes, &conflict);
			ck_assert_uint_eq(added, fresh);
			ck_assert_uint_eq(conflict, differ);
			if (next_random(&seed) % 2)
				continue;
			while ((p = reassembly_head(&r))) {
				for (uint64_t i = r.next - p->offset; i < p->length; i++)
					out[handed++] = (char)p->bytes[i];
				reassembly_pop(&r);
			}
			ck_assert_uint_eq(handed, r.next);
			ck_assert(memcmp(out, plain, handed) == 0);
			ck_assert(handed == LENGTH || plain[handed] == 0);
		}
		reassembly_finish(&r);
	}
}
END_TEST

SUITE("stream/reassembly", test_order, test_overlap_first_copy_wins, test_overlap_same_bytes,
      test_end_waits_for_bytes, test_skip, test_captured_in_part, test_finish_forgets, test_against_plain_array)
