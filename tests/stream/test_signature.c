/* SPDX-License-Identifier: BSD-2-Clause */
#include "signature.h"

#include "harness.h"

static const uint64_t key[2] = { 3, 7 };

static struct segment packet(void)
{
	return (struct segment){ .seq = 1000,
				 .ack = 2000,
				 .window = 500,
				 .flags = TCP_ACK,
				 .ip_id = 9,
				 .payload_length = 40,
				 .options = { .has_timestamp = true, .timestamp_value = 77 } };
}

/* Is |second|, which comes behind packet(), taken for a copy of it? */
static bool copies(struct segment second)
{
	struct signatures s = { 0 };
	struct segment first = packet();

	ck_assert(!signature_seen(&s, &first, key));
	return signature_seen(&s, &second, key);
}

START_TEST(a_copy_is_equal_in_all_fields)
{
	struct segment g = packet();

	ck_assert(copies(g));
	g.frame.time = TSTAMP_SECOND / 2 - 1;
	ck_assert(copies(g));
	g.frame.time++;
	ck_assert(!copies(g));
	for (int field = 0; field < 7; field++)
		for (unsigned bit = 0; bit < 8; bit++) {
			g = packet();
			g.seq ^= (uint32_t)(field == 0) << (bit + 24);
			g.ack ^= (uint32_t)(field == 1) << (bit + 24);
			g.window = (uint16_t)(g.window ^ (field == 2) << bit);
			g.flags = (uint8_t)(g.flags ^ (field == 3) << bit);
			g.ip_id = (uint16_t)(g.ip_id ^ (field == 4) << bit);
			g.payload_length ^= (uint32_t)(field == 5) << bit;
			g.options.timestamp_value ^= (uint32_t)(field == 6) << (bit + 24);
			ck_assert_msg(!copies(g), "field %d, bit %u", field, bit);
		}
}
END_TEST

START_TEST(the_hash_depends_on_both_parts_of_the_key)
{
	static const uint64_t keys[][2] = { { 3, 7 }, { 4, 7 }, { 3, 8 } };
	struct signatures s = { 0 };
	struct segment g = packet();

	for (size_t i = 0; i < 3; i++)
		ck_assert(!signature_seen(&s, &g, keys[i]));
	for (size_t i = 0; i < 3; i++)
		ck_assert(signature_seen(&s, &g, keys[i]));
}
END_TEST

SUITE("stream/signature", a_copy_is_equal_in_all_fields, the_hash_depends_on_both_parts_of_the_key)
