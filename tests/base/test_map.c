/* SPDX-License-Identifier: BSD-2-Clause */
#include "map.h"

#include "harness.h"

struct value {
	struct map_node node;
	uint32_t key;
};

static bool same(const struct map_node *node, const void *key)
{
	return ((const struct value *)node)->key == *(const uint32_t *)key;
}

static struct value *find(const struct map *m, uint32_t key)
{
	return (struct value *)map_find(m, map_hash(m, span_of(&key, sizeof key)), same, &key);
}

START_TEST(many_values_found_in_order_of_use)
{
	enum { COUNT = 5000 };
	static struct value values[COUNT];
	const uint64_t secret[2] = { 1, 2 };
	struct map m;

	ck_assert(map_init(&m, secret));
	for (uint32_t i = 0; i < COUNT; i++) {
		values[i].key = i;
		map_insert(&m, &values[i].node, map_hash(&m, span_of(&i, sizeof i)));
	}
	ck_assert_uint_eq(m.count, COUNT);
	for (uint32_t i = 0; i < COUNT; i++)
		ck_assert_ptr_eq(find(&m, i), &values[i]);
	ck_assert_ptr_null(find(&m, COUNT));
	map_touch(&m, &values[0].node);
	ck_assert_ptr_eq(m.oldest, &values[1].node);
	ck_assert_ptr_eq(m.newest, &values[0].node);
	map_remove(&m, &values[1].node);
	ck_assert_ptr_null(find(&m, 1));
	ck_assert_ptr_eq(m.oldest, &values[2].node);
	ck_assert_uint_eq(m.count, COUNT - 1);
	map_finish(&m);
}
END_TEST

START_TEST(hash_depends_on_secret_and_every_byte)
{
	const uint64_t one[2] = { 1, 2 }, two[2] = { 1, 3 };
	struct map a, b;
	const char key[] = "thirteen byte";

	ck_assert(map_init(&a, one) && map_init(&b, two));
	ck_assert(map_hash(&a, span_text(key)) != map_hash(&b, span_text(key)));
	for (size_t i = 1; i <= strlen(key); i++)
		ck_assert(map_hash(&a, span_of(key, i)) != map_hash(&a, span_of(key, i - 1)));
	map_finish(&a);
	map_finish(&b);
}
END_TEST

SUITE("map", many_values_found_in_order_of_use, hash_depends_on_secret_and_every_byte)
